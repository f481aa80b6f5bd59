/** Exceptions of the browser and of the services behind it; the chosen one with its stack and what caused it. */

import { h } from '../lib/dom';
import { clockTime } from '../lib/format';
import { icon } from '../lib/icons';
import type { SessionEvent } from '../lib/types';
import type { Detail } from './detail';
import { attributeSection, otherAttributes } from './facts';
import { ListPanel, type PanelActions } from './panel';
import { stackView } from './stackview';
import { traceAction, traceButton } from './tracebutton';

const SHOWN = ['exception.type', 'exception.message', 'exception.stacktrace', 'url.full'];

export function isError(event: SessionEvent): boolean {
  return event.kind === 'error' || event.kind === 'backend_error';
}

export function errorsPanel(actions: PanelActions): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'errors',
    label: 'Errors',
    rowHeight: 52,
    placeholder: 'Search errors and their stacks',
    empty: 'No errors, neither in the browser nor in the services.',
    key: (event) => event.id,
    text: (event) => `${event.title} ${event.service} ${event.attributes['exception.stacktrace'] ?? ''}`,
    pick: (event) => actions.seek(event.offset_ms),
    filters: () => [
      { name: 'browser', label: 'Browser', test: (event) => event.kind === 'error' },
      { name: 'backend', label: 'Services', test: (event) => event.kind === 'backend_error' },
    ],
    render: row,
    openTrace: actions.openTrace,
    detail: (event) => detailOf(event, actions),
    preselect: true,
  });
}

function typeOf(event: SessionEvent): string {
  return event.attributes['exception.type'] || event.title.split(':')[0] || 'Error';
}

function messageOf(event: SessionEvent): string {
  return event.attributes['exception.message'] || event.title;
}

function isBackend(event: SessionEvent): boolean {
  return event.kind === 'backend_error';
}

function row(event: SessionEvent): HTMLElement {
  return h(
    'div',
    { class: `error-row${isBackend(event) ? ' backend' : ''}`, data: { testid: 'error-row', kind: event.kind, 'offset-ms': event.offset_ms } },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: 'error-main' }, h('span', { class: 'error-type' }, typeOf(event)), h('span', { class: 'row-detail', title: messageOf(event) }, messageOf(event))),
    origin(event),
    traceButton(event.trace_id, event.span_id),
  );
}

function origin(event: SessionEvent): HTMLElement {
  return h('span', { class: 'badge' }, icon(isBackend(event) ? 'server' : 'globe', 12), isBackend(event) ? event.service || 'backend' : 'browser');
}

function detailOf(event: SessionEvent, actions: PanelActions): Detail {
  const { attributes } = event;
  const stack = attributes['exception.stacktrace'] ?? '';
  return {
    title: typeOf(event),
    line: [origin(event), h('span', {}, clockTime(event.offset_ms, true)), attributes['exception.escaped'] === 'true' && h('span', {}, 'uncaught')],
    actions: [traceAction(event.trace_id, event.span_id, actions)],
    body: [
      h('p', { class: 'error-message', data: { testid: 'error-message' } }, messageOf(event)),
      attributes['url.full'] && h('p', { class: 'detail-hint' }, `On ${attributes['url.full']}`),
      stack ? stackView(stack) : h('p', { class: 'detail-hint' }, 'No stack was recorded.'),
      attributeSection('Attributes', otherAttributes(attributes, [...SHOWN, 'exception.escaped'])),
    ],
  };
}
