/** What a search in a trace looks into. */

import type { Span } from '../lib/types';

const texts = new WeakMap<Span, string>();

/** `query` is in lower case. */
export function matchesSpan(span: Span, query: string): boolean {
  let text = texts.get(span);
  if (text === undefined) texts.set(span, (text = textOf(span).toLowerCase()));
  return text.includes(query);
}

function textOf(span: Span): string {
  const events = span.events.flatMap((event) => [event.name, ...Object.values(event.attributes)]);
  return [span.name, span.service, span.kind, span.span_id, span.status_message, ...Object.entries(span.attributes).flat(), ...events].join('\n');
}
