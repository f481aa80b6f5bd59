/** Everything that happened, in order of time. */

import { h } from '../lib/dom';
import { clockTime, duration, urlHost, urlPath } from '../lib/format';
import { icon } from '../lib/icons';
import type { EventKind, SessionEvent } from '../lib/types';
import { KINDS, toneOf } from './kinds';
import { ListPanel, type Filter, type PanelActions } from './panel';

export function eventsPanel(actions: PanelActions): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'events',
    label: 'Events',
    rowHeight: 34,
    placeholder: 'Search events',
    empty: 'Nothing but the picture was recorded.',
    text: (event) => `${event.title} ${event.kind} ${event.service} ${event.status ?? ''}`,
    pick: (event) => actions.seek(event.offset_ms),
    filters: presentKinds,
    render: (event) => row(event, actions),
  });
}

/** A filter for each kind that occurs. */
function presentKinds(events: readonly SessionEvent[]): Filter<SessionEvent>[] {
  const present = new Set(events.map((event) => event.kind));
  return (Object.keys(KINDS) as EventKind[])
    .filter((kind) => present.has(kind))
    .map((kind) => ({ name: kind, label: KINDS[kind].label, test: (event) => event.kind === kind }));
}

function row(event: SessionEvent, actions: PanelActions): HTMLElement {
  return h(
    'div',
    { class: `event-row tone-${toneOf(event)}`, data: { testid: 'event-row', kind: event.kind, 'offset-ms': event.offset_ms } },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: `row-icon kind-${event.kind}`, title: KINDS[event.kind]?.label ?? event.kind }, icon(KINDS[event.kind]?.icon ?? 'star', 14)),
    title(event),
    h('span', { class: 'row-detail' }, detail(event)),
    traceButton(event.trace_id, event.span_id, actions),
  );
}

/** Addresses by their path; the host is the same on nearly every row. */
function title(event: SessionEvent): HTMLElement {
  const url = event.kind === 'navigation' ? (event.attributes['url.full'] ?? event.title) : '';
  const text = url ? urlPath(url) : event.title || event.kind;
  return h('span', { class: 'row-title', title: url || event.title }, h('span', {}, text), url && h('span', { class: 'row-host' }, urlHost(url)));
}

function detail(event: SessionEvent): string {
  const parts = [event.status === null ? '' : String(event.status), event.duration_ms === null ? '' : duration(event.duration_ms)];
  if (event.kind === 'backend_error') parts.unshift(event.service);
  return parts.filter(Boolean).join(' · ');
}

/** Opens the distributed trace; a placeholder of the same width where there is none. */
export function traceButton(traceId: string, spanId: string, actions: PanelActions): HTMLElement {
  if (!traceId) return h('span', { class: 'row-trace none' });
  const open = (): void => actions.openTrace(traceId, spanId);
  return h('button', { class: 'row-trace', type: 'button', title: 'Show the distributed trace', 'aria-label': 'Show the distributed trace', on: { click: open } }, icon('trace', 14));
}
