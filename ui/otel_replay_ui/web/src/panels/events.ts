/** Everything that happened, in order of time. */

import { h } from '../lib/dom';
import { clockTime, duration, urlHost, urlPath } from '../lib/format';
import { icon } from '../lib/icons';
import type { EventKind, SessionEvent } from '../lib/types';
import type { Detail } from './detail';
import { attributeSection, attributeText, factSection, otherAttributes } from './facts';
import { KINDS, kindOf, labelOf, toneOf } from './kinds';
import { ListPanel, type Filter, type PanelActions } from './panel';
import { traceAction, traceButton } from './tracebutton';

export function eventsPanel(actions: PanelActions): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'events',
    label: 'Events',
    rowHeight: 34,
    placeholder: 'Search events',
    empty: 'Nothing but the picture was recorded.',
    key: (event) => event.id,
    text: (event) => `${event.title} ${event.kind} ${event.name} ${event.service} ${event.status ?? ''}${attributeText(event.attributes)}`,
    pick: (event) => actions.seek(event.offset_ms),
    filters: presentKinds,
    render: row,
    openTrace: actions.openTrace,
    detail: (event) => detailOf(event, actions),
  });
}

/** A filter for each kind that occurs. */
function presentKinds(events: readonly SessionEvent[]): Filter<SessionEvent>[] {
  const present = new Set(events.map((event) => event.kind));
  return (Object.keys(KINDS) as EventKind[])
    .filter((kind) => present.has(kind))
    .map((kind) => ({ name: kind, label: KINDS[kind].label, test: (event) => event.kind === kind }));
}

function row(event: SessionEvent): HTMLElement {
  const { label, icon: name } = kindOf(event);
  return h(
    'div',
    { class: `event-row tone-${toneOf(event)}`, data: { testid: 'event-row', kind: event.kind, name: event.name, 'offset-ms': event.offset_ms } },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: `row-icon kind-${event.kind}`, title: label }, icon(name, 14)),
    title(event),
    h('span', { class: 'row-detail' }, detailText(event)),
    traceButton(event.trace_id, event.span_id),
  );
}

/** Addresses by their path; the host is the same on nearly every row. */
function title(event: SessionEvent): HTMLElement {
  const url = event.kind === 'navigation' ? (event.attributes['url.full'] ?? event.title) : '';
  const text = url ? urlPath(url) : labelOf(event);
  return h('span', { class: 'row-title', title: url || event.title }, h('span', {}, text), url && h('span', { class: 'row-host' }, urlHost(url)));
}

function detailText(event: SessionEvent): string {
  const parts = [event.status === null ? '' : String(event.status), event.duration_ms === null ? '' : duration(event.duration_ms)];
  if (event.kind === 'backend_error') parts.unshift(event.service);
  return parts.filter(Boolean).join(' · ');
}

function detailOf(event: SessionEvent, actions: PanelActions): Detail {
  return {
    title: labelOf(event),
    line: [h('span', {}, kindOf(event).label), h('span', {}, clockTime(event.offset_ms, true))],
    actions: [traceAction(event.trace_id, event.span_id, actions)],
    body: [
      factSection('Event', [
        ['Text', event.title === labelOf(event) ? '' : event.title],
        ['Name', event.name],
        ['Severity', event.severity],
        ['Service', event.service],
        ['Status', event.status === null ? '' : String(event.status)],
        ['Took', event.duration_ms === null ? '' : duration(event.duration_ms)],
      ]),
      attributeSection('Attributes', otherAttributes(event.attributes)),
    ],
  };
}
