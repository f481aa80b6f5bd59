/** The rows of a waterfall: a span with its bar, or a log line at its moment. */

import { h } from '../lib/dom';
import { duration } from '../lib/format';
import { icon } from '../lib/icons';
import type { Span } from '../lib/types';
import { serviceColor } from './colors';
import type { Stretch } from './critical';
import { isFailed, type LogRow, type SpanRow, type TimeRange } from './layout';
import { toneOf } from './logs';

const MAX_INDENT = 12;

export interface RowContext {
  range: TimeRange;
  flip: (span: Span) => void;
  critical: readonly Stretch[];
  /** More classes: whether it is chosen, under way, what is searched for. */
  classes: string;
}

export function spanRow(row: SpanRow, context: RowContext): HTMLElement {
  const { span } = row;
  const failed = isFailed(span);
  const critical = context.critical.length > 0 ? ', on the critical path' : '';
  return h(
    'div',
    {
      class: `span-row${failed ? ' failed' : ''} ${context.classes}`,
      data: { testid: 'waterfall-span', service: span.service, 'span-id': span.span_id, status: span.status },
      style: { '--service': serviceColor(span.service) },
      'aria-label': `${span.service}: ${span.name}, ${duration(span.duration_ms)}${failed ? ', failed' : ''}${critical}`,
    },
    nameCell(row, failed, context.flip),
    h('div', { class: 'span-track' }, ...bar(span, context)),
  );
}

export function logLine({ log, depth }: LogRow, { range, classes }: Pick<RowContext, 'range' | 'classes'>): HTMLElement {
  const text = log.body || log.event_name;
  const left = Math.max(0, Math.min(100, shareOf(range, log.t_ms)));
  return h(
    'div',
    { class: `span-row wf-log tone-${toneOf(log.severity)} ${classes}`, data: { testid: 'waterfall-log', 'span-id': log.span_id }, 'aria-label': `Log, ${log.severity}: ${text}` },
    h('div', { class: 'span-name', style: indent(depth) }, h('span', { class: 'span-toggle none' }), h('span', { class: 'log-level' }, log.severity || 'LOG'), h('span', { class: 'wf-log-body mono', title: text }, text)),
    h('div', { class: 'span-track' }, h('i', { class: 'wf-log-mark', style: { left: `${left}%` } })),
  );
}

function indent(depth: number): Record<string, string> {
  return { '--depth': String(Math.min(depth, MAX_INDENT)) };
}

function nameCell(row: SpanRow, failed: boolean, flip: (span: Span) => void): HTMLElement {
  const { span, depth } = row;
  return h(
    'div',
    { class: 'span-name', style: indent(depth) },
    toggle(row, flip),
    h('i', { class: 'span-service-mark' }),
    failed && h('span', { class: 'span-failed', title: span.status_message || 'Failed' }, icon('alert', 13)),
    h('span', { class: 'span-service', title: span.service }, span.service || 'unknown'),
    h('span', { class: 'span-op', title: span.name }, span.name),
    span.orphan && h('span', { class: 'badge', title: 'Its parent span has not arrived' }, 'no parent'),
  );
}

function toggle(row: SpanRow, flip: (span: Span) => void): HTMLElement {
  if (!row.hasChildren) return h('span', { class: 'span-toggle none' });
  const label = row.collapsed ? `Show ${row.descendants} spans below` : 'Hide the spans below';
  return h(
    'button',
    { class: `span-toggle${row.collapsed ? ' collapsed' : ''}`, type: 'button', tabindex: '-1', title: label, 'aria-label': label, 'aria-expanded': String(!row.collapsed), on: { click: () => flip(row.span) } },
    row.collapsed ? h('span', { class: 'span-count' }, row.descendants) : icon('chevronDown', 12),
  );
}

function bar(span: Span, { range, critical }: RowContext): HTMLElement[] {
  const left = shareOf(range, span.start_ms);
  const width = (span.duration_ms / (range.to - range.from)) * 100;
  const label = h('span', { class: `span-label ${labelPlace(left, width)}` }, duration(span.duration_ms));
  const events = span.events.map((event) =>
    h('i', { class: `span-event${event.name === 'exception' ? ' thrown' : ''}`, title: event.name, style: { left: `${Math.max(0, Math.min(100, shareOf(range, event.t_ms)))}%` } }),
  );
  const waits = critical.map(({ from, to }) => h('i', { class: 'span-critical', style: { left: `${shareOf(range, from)}%`, width: `max(2px, ${shareOf(range, to) - shareOf(range, from)}%)` } }));
  return [h('div', { class: 'span-bar', style: { left: `${left}%`, width: `max(3px, ${width}%)` } }, label), ...waits, ...events];
}

/** In percent of the range. */
function shareOf({ from, to }: TimeRange, timeMs: number): number {
  return ((timeMs - from) / (to - from)) * 100;
}

/** Beside the bar where there is room, else in it; shares are in percent. */
function labelPlace(left: number, width: number): 'left' | 'right' | 'inside' {
  if (left + width < 84) return 'right';
  return width > 16 ? 'inside' : 'left';
}
