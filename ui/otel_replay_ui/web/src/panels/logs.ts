/** What the services logged: records with the session's id, and those of its traces. */

import { h } from '../lib/dom';
import { clockTime, exactTime } from '../lib/format';
import type { SessionEvent } from '../lib/types';
import type { Detail } from './detail';
import { attributeSection, attributeText, codeSection, factSection } from './facts';
import { toneOf } from './kinds';
import { ListPanel, type Filter, type PanelActions } from './panel';
import { serviceDot } from './services';
import { traceAction, traceButton } from './tracebutton';

const SEVERE = /^(ERROR|FATAL)$/;
const SERVICES = 12;

export function logsPanel(actions: PanelActions): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'logs',
    label: 'Logs',
    rowHeight: 28,
    placeholder: 'Search the logs of the services',
    empty: "No log records carry this session's id or the id of one of its traces.",
    key: (event) => event.id,
    text: (event) => `${event.title} ${event.severity} ${event.service} ${event.trace_id}${attributeText(event.attributes)}`,
    pick: (event) => actions.seek(event.offset_ms),
    filters: presentFilters,
    render: row,
    openTrace: actions.openTrace,
    detail: (event) => detailOf(event, actions),
  });
}

/** The severe ones, then each service. */
function presentFilters(events: readonly SessionEvent[]): Filter<SessionEvent>[] {
  const services = [...new Set(events.map((event) => event.service))].sort().slice(0, SERVICES);
  return [
    { name: 'severe', label: 'Errors', test: (event) => SEVERE.test(event.severity) },
    { name: 'warn', label: 'Warnings', test: (event) => event.severity === 'WARN' },
    ...services.map((service): Filter<SessionEvent> => ({ name: `service ${service}`, label: service || 'unknown', test: (event) => event.service === service })),
  ];
}

function row(event: SessionEvent): HTMLElement {
  return h(
    'div',
    { class: `log-line tone-${toneOf(event)}`, data: { testid: 'session-log-row', 'offset-ms': event.offset_ms, severity: event.severity } },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: 'log-level' }, event.severity || 'LOG'),
    h('span', { class: 'log-service', title: event.service }, serviceDot(event.service)),
    h('span', { class: 'row-title mono' }, event.title.split('\n', 1)[0] || event.name),
    traceButton(event.trace_id, event.span_id),
  );
}

function detailOf(event: SessionEvent, actions: PanelActions): Detail {
  return {
    title: event.title.split('\n', 1)[0] || event.name || 'Log record',
    line: [serviceDot(event.service), h('span', {}, event.severity || 'no severity'), h('span', {}, clockTime(event.offset_ms, true))],
    actions: [traceAction(event.trace_id, event.span_id, actions)],
    body: [
      codeSection('Body', event.title),
      factSection('Record', [
        ['Event', event.name],
        ['Logged at', exactTime(event.t_ms)],
        ['Trace', event.trace_id],
        ['Span', event.span_id],
      ]),
      attributeSection('Attributes', event.attributes),
    ],
  };
}
