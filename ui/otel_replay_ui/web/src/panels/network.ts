/** The browser's requests: what was asked and answered, how long it took and when, and everything about the chosen one. */

import { copyText } from '../lib/chrome';
import { h, safeHref, type Child } from '../lib/dom';
import { bytes, clockTime, duration, urlHost, urlPath } from '../lib/format';
import { icon } from '../lib/icons';
import type { SessionEvent } from '../lib/types';
import { isFailedRequest } from '../timeline/markers';
import { curlCommand } from './curl';
import type { Detail } from './detail';
import { attributeSection, attributeText, codeSection, factSection, otherAttributes, type Fact } from './facts';
import { addressOf, isShownOfRequest, methodOf, phasesOf, REQUEST_BODY, requestHeaders, RESPONSE_BODY, responseHeaders, type Header } from './http';
import { ListPanel, type PanelActions } from './panel';
import { TraceEmbed } from './traceembed';
import { traceAction, traceButton } from './tracebutton';
import { trackCells, type Phase, type Spanning } from './track';

export function networkPanel(actions: PanelActions): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'network',
    label: 'Requests',
    rowHeight: 38,
    placeholder: 'Search requests',
    empty: 'The browser made no requests that were recorded.',
    key: (event) => event.id,
    // Headers and bodies too: which request had this order's number?
    text: (event) => `${event.title} ${event.status ?? ''}${attributeText(event.attributes)}`,
    pick: (event) => actions.seek(event.offset_ms),
    filters: () => [
      { name: 'failed', label: 'Failed', test: isFailedRequest },
      { name: 'slow', label: 'Over 500 ms', test: (event) => (event.duration_ms ?? 0) > 500 },
    ],
    first: { label: 'Failed first', test: isFailedRequest },
    track: { label: 'Request', spanning },
    render: row,
    openTrace: actions.openTrace,
    detail: (event) => detailOf(event, actions),
  });
}

function spanning(event: SessionEvent): Spanning {
  return { offset_ms: event.offset_ms, length_ms: event.duration_ms ?? 0 };
}

function row(event: SessionEvent): HTMLElement {
  const address = addressOf(event);
  const failed = isFailedRequest(event);
  return h(
    'div',
    {
      class: `request-row${failed ? ' tone-danger' : ''}`,
      data: { testid: 'request-row', 'trace-id': event.trace_id, 'offset-ms': event.offset_ms, status: event.status ?? '' },
    },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: 'method', title: methodOf(event) }, shortMethod(methodOf(event))),
    h('span', { class: 'row-title', title: address }, h('span', {}, operationOf(event) || urlPath(address)), h('span', { class: 'row-host' }, operationOf(event) ? urlPath(address) : urlHost(address))),
    h('span', { class: `status-code${failed ? ' failed' : ''}` }, statusText(event)),
    ...trackCells(spanning(event), event.duration_ms === null ? '' : duration(event.duration_ms), phasesOf(event)),
    traceButton(event.trace_id, event.span_id),
  );
}

const SHORT = new Map([['WebSocket', 'WS'], ['EventSource', 'SSE'], ['OPTIONS', 'OPT'], ['DELETE', 'DEL']]);

function shortMethod(method: string): string {
  return SHORT.get(method) ?? method;
}

/** GraphQL asks everything of one address: there the operation tells requests apart. */
function operationOf({ attributes }: SessionEvent): string {
  return [attributes['graphql.operation.type'], attributes['graphql.operation.name']].filter(Boolean).join(' ');
}

function statusText(event: SessionEvent): string {
  return event.status === null ? (isFailedRequest(event) ? 'failed' : '–') : String(event.status);
}

function detailOf(event: SessionEvent, actions: PanelActions): Detail {
  const address = addressOf(event);
  const command = curlCommand(event);
  const trace = event.trace_id ? new TraceEmbed(event.trace_id, actions) : null;
  return {
    title: `${methodOf(event)} ${urlPath(address)}`,
    line: [
      h('span', { class: `status-code${isFailedRequest(event) ? ' failed' : ''}` }, statusText(event)),
      event.duration_ms !== null && h('span', {}, duration(event.duration_ms)),
      h('span', {}, clockTime(event.offset_ms, true)),
    ],
    actions: [command !== null && curlButton(command), traceAction(event.trace_id, event.span_id, actions)],
    setTime: (t) => trace?.setTime(t),
    body: [
      trace?.element,
      factSection('Request', general(event, address)),
      timingSection(phasesOf(event)),
      headerSection('Request headers', requestHeaders(event.attributes)),
      codeSection('Request body', event.attributes[REQUEST_BODY] ?? '', cutNote(event, REQUEST_BODY, 'http.request.body.size')),
      headerSection('Response headers', responseHeaders(event.attributes)),
      codeSection('Response body', event.attributes[RESPONSE_BODY] ?? '', cutNote(event, RESPONSE_BODY, 'http.response.body.size')),
      nothingMore(event),
      attributeSection('Attributes', otherRequestAttributes(event)),
    ],
  };
}

function curlButton(command: string): HTMLElement {
  return h('button', { class: 'button small', type: 'button', data: { testid: 'copy-curl' }, on: { click: () => void copyText(command, 'Command copied') } }, icon('copy', 13), 'Copy as cURL');
}

function general(event: SessionEvent, address: string): Fact[] {
  const { attributes } = event;
  const size = (name: string): string => (attributes[name] ? bytes(Number(attributes[name])) : '');
  const href = safeHref(address);
  const shown: Child = href ? h('a', { href, rel: 'noreferrer noopener', target: '_blank' }, address) : address;
  return [
    ['Address', shown],
    ['Operation', operationOf(event)],
    ['Error', attributes['error.type'] && attributes['error.type'] !== String(event.status) ? attributes['error.type'] : ''],
    ['Sent', size('http.request.body.size')],
    ['Received', size('http.response.body.size')],
    ['Over the wire', size('browser.transfer_size')],
  ];
}

function headerSection(title: string, headers: Header[]): HTMLElement {
  return attributeSection(title, Object.fromEntries(headers));
}

/** One bar per phase, each where the one before it ends. */
function timingSection(phases: Phase[]): HTMLElement | null {
  if (phases.length === 0) return null;
  const total = phases.reduce((sum, { ms }) => sum + ms, 0) || 1;
  let before = 0;
  const rows = phases.map(({ name, ms }) => {
    const bar = h('i', { class: `phase phase-${name}`, style: { left: `${(before / total) * 100}%`, width: `max(2px, ${(ms / total) * 100}%)` } });
    before += ms;
    return [h('dt', {}, name), h('dd', {}, h('span', { class: 'timing-bar', 'aria-hidden': 'true' }, bar), h('span', { class: 'timing-ms' }, duration(ms)))];
  });
  return h('section', { class: 'facts timing', data: { testid: 'timing' } }, h('h3', {}, 'Timing'), h('dl', {}, ...rows.flat()));
}

/** The recorder keeps the first 4 kB of a body. */
function cutNote({ attributes }: SessionEvent, body: string, size: string): string {
  const known = Number(attributes[size] ?? 0);
  const shown = new TextEncoder().encode(attributes[body] ?? '').length;
  return known > shown && attributes[body] ? `the first ${bytes(shown)} of ${bytes(known)}` : '';
}

/** Nobody looks for an option that they do not know of. */
function nothingMore({ attributes }: SessionEvent): HTMLElement | null {
  const has = Object.keys(attributes).some((name) => /^http\.(request|response)\.(header\.|body\.content)/.test(name));
  return has ? null : h('p', { class: 'detail-hint' }, 'No headers and no bodies were recorded. The option captureNetwork of the browser SDK says which ones are.');
}

function otherRequestAttributes({ attributes }: SessionEvent): SessionEvent['attributes'] {
  return otherAttributes(attributes, Object.keys(attributes).filter(isShownOfRequest));
}
