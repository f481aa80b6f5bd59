/** Everything about one span. */

import { h } from '../lib/dom';
import { duration, exactTime, timeOfDay } from '../lib/format';
import { icon } from '../lib/icons';
import type { Span, SpanEvent, TraceLog } from '../lib/types';
import { pageUrl } from '../lib/project';
import { attributeSection } from '../panels/facts';
import { stackView } from '../panels/stackview';
import { serviceDot } from '../panels/traces';
import { logRow } from './logs';

export interface DetailActions {
  close: () => void;
  seek: (timeMs: number) => void;
}

export function spanDetail(span: Span, logs: TraceLog[], actions: DetailActions): HTMLElement {
  const own = logs.filter((log) => log.span_id === span.span_id);
  return h(
    'section',
    { class: 'detail span-detail', 'aria-label': 'Span', data: { testid: 'span-detail', 'span-id': span.span_id } },
    header(span, actions),
    h('div', { class: 'detail-body', tabindex: '0', role: 'group', 'aria-label': 'Details of the span' }, ...exceptions(span), status(span), logsOf(own), attributeSection('Attributes', span.attributes), ...otherEvents(span), links(span), attributeSection('Resource', span.resource)),
  );
}

function header(span: Span, actions: DetailActions): HTMLElement {
  return h(
    'header',
    {},
    h('div', { class: 'detail-title' }, h('h2', {}, span.name), h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close the span', on: { click: actions.close } }, icon('close'))),
    h(
      'p',
      { class: 'detail-line' },
      serviceDot(span.service),
      h('span', {}, span.kind),
      h('span', {}, duration(span.duration_ms)),
      h('button', { class: 'link-button', type: 'button', title: exactTime(span.start_ms), on: { click: () => actions.seek(span.start_ms) } }, `${timeOfDay(span.start_ms)}, show in the replay`),
    ),
  );
}

function status(span: Span): HTMLElement | null {
  if (span.status !== 'Error' || !span.status_message) return null;
  return h('p', { class: 'detail-status' }, icon('alert', 14), span.status_message);
}

const isException = (event: SpanEvent): boolean => event.name === 'exception';

function exceptions(span: Span): HTMLElement[] {
  return span.events.filter(isException).map(({ attributes }) =>
    h(
      'section',
      { class: 'exception' },
      h('h3', {}, attributes['exception.type'] ?? 'Exception'),
      h('p', { class: 'error-message' }, attributes['exception.message'] ?? ''),
      attributes['exception.stacktrace'] && stackView(attributes['exception.stacktrace']),
    ),
  );
}

function otherEvents(span: Span): HTMLElement[] {
  return span.events
    .filter((event) => !isException(event))
    .map((event) => attributeSection(`Event ${event.name}, ${duration(event.t_ms - span.start_ms)} in`, { ...event.attributes, at: timeOfDay(event.t_ms) }));
}

function logsOf(logs: TraceLog[]): HTMLElement | null {
  if (logs.length === 0) return null;
  return h('section', { class: 'facts' }, h('h3', {}, 'Logs'), ...logs.map((log) => logRow(log, null)));
}

function links(span: Span): HTMLElement | null {
  if (span.links.length === 0) return null;
  const items = span.links.map((link) => h('p', {}, h('a', { class: 'mono', href: pageUrl(`/traces/${link.trace_id}?span=${link.span_id}`) }, link.trace_id)));
  return h('section', { class: 'facts' }, h('h3', {}, 'Links'), ...items);
}
