/** The browser's requests: method, path, status, how long and when. */

import { h } from '../lib/dom';
import { clockTime, duration, urlHost, urlPath } from '../lib/format';
import type { SessionEvent } from '../lib/types';
import { isFailedRequest } from '../timeline/markers';
import { traceButton } from './events';
import { ListPanel, type PanelActions } from './panel';

export interface RequestItem {
  offset_ms: number;
  event: SessionEvent;
  /** Share of the session, 0 to 1: where it begins and how long it takes. */
  left: number;
  width: number;
}

export function requestItems(events: SessionEvent[], sessionMs: number): RequestItem[] {
  const total = Math.max(1, sessionMs);
  return events
    .filter((event) => event.kind === 'request')
    .map((event) => ({
      offset_ms: event.offset_ms,
      event,
      left: Math.min(0.98, event.offset_ms / total),
      width: Math.max(0.02, Math.min(1 - Math.min(0.98, event.offset_ms / total), (event.duration_ms ?? 0) / total)),
    }));
}

export function methodOf(event: SessionEvent): string {
  return event.attributes['http.request.method'] ?? event.title.split(' ')[0] ?? '';
}

export function networkPanel(actions: PanelActions): ListPanel<RequestItem> {
  return new ListPanel<RequestItem>({
    name: 'network',
    label: 'Requests',
    rowHeight: 34,
    placeholder: 'Search requests',
    empty: 'The browser made no requests that were recorded.',
    text: ({ event }) => `${event.title} ${event.attributes['url.full'] ?? ''} ${event.status ?? ''}`,
    pick: ({ event }) => pick(event, actions),
    filters: () => [
      { name: 'failed', label: 'Failed', test: ({ event }) => isFailedRequest(event) },
      { name: 'slow', label: 'Over 500 ms', test: ({ event }) => (event.duration_ms ?? 0) > 500 },
    ],
    render: (item) => row(item, actions),
  });
}

function pick(event: SessionEvent, actions: PanelActions): void {
  actions.seek(event.offset_ms);
  if (event.trace_id) actions.openTrace(event.trace_id, event.span_id);
}

function row({ event, left, width }: RequestItem, actions: PanelActions): HTMLElement {
  const address = event.attributes['url.full'] ?? event.title;
  const failed = isFailedRequest(event);
  return h(
    'div',
    {
      class: `request-row${failed ? ' tone-danger' : ''}`,
      data: { testid: 'request-row', 'trace-id': event.trace_id, 'offset-ms': event.offset_ms, status: event.status ?? '' },
    },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: 'method' }, methodOf(event)),
    h('span', { class: 'row-title', title: address }, h('span', {}, urlPath(address)), h('span', { class: 'row-host' }, urlHost(address))),
    h('span', { class: `status-code${failed ? ' failed' : ''}` }, event.status ?? (failed ? 'failed' : '–')),
    h('span', { class: 'row-duration' }, event.duration_ms === null ? '' : duration(event.duration_ms)),
    h('span', { class: 'mini-bar', 'aria-hidden': 'true' }, h('i', { style: { left: `${left * 100}%`, width: `${width * 100}%` } })),
    traceButton(event.trace_id, event.span_id, actions),
  );
}
