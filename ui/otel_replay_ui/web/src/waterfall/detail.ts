/** Everything about one span, or one log line. */

import { h, type Child } from '../lib/dom';
import { duration, exactTime, timeOfDay } from '../lib/format';
import { icon } from '../lib/icons';
import { pageUrl } from '../lib/project';
import type { Span, SpanEvent, SpanLink, TraceLog } from '../lib/types';
import { detailView, type Detail } from '../panels/detail';
import { attributeSection, codeSection, factSection } from '../panels/facts';
import { serviceDot } from '../panels/services';
import { stackView } from '../panels/stackview';
import { logRow } from './logs';

export interface DetailActions {
  close: () => void;
  seek: (timeMs: number) => void;
}

/** `criticalMs`: how long the trace was waiting for it. */
export function spanDetail(span: Span, logs: TraceLog[], criticalMs: number, actions: DetailActions): HTMLElement {
  const own = logs.filter((log) => log.span_id === span.span_id);
  const detail: Detail = {
    title: span.name,
    line: [serviceDot(span.service), h('span', {}, span.kind), h('span', {}, duration(span.duration_ms)), criticalMs > 0 && h('span', { title: 'For so long the whole trace was waiting for this span alone' }, `critical for ${duration(criticalMs)}`), moment(span.start_ms, actions)],
    body: [...exceptions(span), status(span), logsOf(own), attributeSection('Attributes', span.attributes), ...otherEvents(span), linksOf(span), attributeSection('Resource', span.resource), identity(span)],
  };
  const view = detailView('Span', detail, actions.close);
  view.classList.add('span-detail');
  view.dataset['testid'] = 'span-detail';
  view.dataset['spanId'] = span.span_id;
  return view;
}

/** A log line whose span is not known. */
export function logDetail(log: TraceLog, actions: DetailActions): HTMLElement {
  return detailView(
    'Log line',
    {
      title: log.event_name || 'Log line',
      line: [serviceDot(log.service), h('span', {}, log.severity || 'no severity'), moment(log.t_ms, actions)],
      body: [codeSection('Body', log.body), attributeSection('Attributes', log.attributes)],
    },
    actions.close,
  );
}

function moment(timeMs: number, actions: DetailActions): Child {
  return h('button', { class: 'link-button', type: 'button', title: exactTime(timeMs), on: { click: () => actions.seek(timeMs) } }, `${timeOfDay(timeMs)}, show in the replay`);
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

/** Spans of other traces that have to do with this one: a batch and what is in it, a retry and the first try. */
function linksOf(span: Span): HTMLElement | null {
  if (span.links.length === 0) return null;
  return h('section', { class: 'facts', data: { testid: 'span-links' } }, h('h3', {}, 'Links'), ...span.links.map(linkView));
}

function linkView(link: SpanLink): HTMLElement {
  const href = pageUrl(`/traces/${encodeURIComponent(link.trace_id)}?span=${encodeURIComponent(link.span_id)}`);
  return h('div', { class: 'span-link' }, h('a', { class: 'mono', href }, icon('external', 12), ` ${link.trace_id}`), attributeSection('', link.attributes));
}

function identity(span: Span): HTMLElement {
  return factSection('Span', [
    ['Span id', span.span_id],
    ['Parent', span.parent_span_id],
    ['Scope', span.scope],
    ['Session', span.session_id ? h('a', { href: pageUrl(`/sessions/${encodeURIComponent(span.session_id)}`) }, span.session_id) : ''],
  ]);
}
