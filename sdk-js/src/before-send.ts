import type { eventWithTime } from '@rrweb/types';

import type { Drops } from './delivery/drops';
import type { AttributeValue, LogRecord, Span } from './otlp/model';
import type { Warnings } from './warnings';

/** What `beforeSend` sees: an event with its body, a span, or an event of the recorder. Attributes may be changed. */
export type Outgoing =
  | { readonly kind: 'event'; readonly name: string; body?: AttributeValue; readonly attributes: Record<string, AttributeValue> }
  | { readonly kind: 'span'; readonly name: string; readonly attributes: Record<string, AttributeValue> }
  | { readonly kind: 'replay'; readonly event: eventWithTime };

export interface Filter {
  event(record: LogRecord): LogRecord | undefined;
  span(span: Span): Span | undefined;
  replay(event: eventWithTime): eventWithTime | undefined;
}

/** Asks the page's `beforeSend`; what it throws away, or throws at, is left out and counted. */
export function createFilter(beforeSend: ((item: Outgoing) => Outgoing | null) | undefined, warnings: Warnings, drops: Drops): Filter {
  const ask = (item: Outgoing): Outgoing | undefined => {
    let answer: Outgoing | null | undefined;
    try {
      answer = beforeSend?.(item);
    } catch (error) {
      warnings.warn('before_send_failed', `beforeSend threw, and what it was given is not sent: ${String(error)}`);
    }
    if (answer) return answer;
    drops.add('before_send');
    return undefined;
  };
  if (!beforeSend) return { event: (record) => record, span: (span) => span, replay: (event) => event };
  return {
    event: (record) => {
      const answer = ask({ kind: 'event', name: record.eventName, body: record.body, attributes: record.attributes });
      return answer?.kind === 'event' ? { ...record, body: answer.body, attributes: answer.attributes } : undefined;
    },
    span: (span) => {
      const answer = ask({ kind: 'span', name: span.name, attributes: span.attributes });
      return answer?.kind === 'span' ? { ...span, attributes: answer.attributes } : undefined;
    },
    replay: (event) => {
      const answer = ask({ kind: 'replay', event });
      return answer?.kind === 'replay' ? answer.event : undefined;
    },
  };
}
