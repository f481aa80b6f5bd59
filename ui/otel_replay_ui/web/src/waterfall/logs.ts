/** The log lines of a trace. */

import { h, fill } from '../lib/dom';
import { timeOfDay } from '../lib/format';
import type { TraceLog } from '../lib/types';
import { serviceDot } from '../panels/services';

export class TraceLogs {
  readonly element = h('div', { class: 'trace-logs', data: { testid: 'trace-logs' } });

  constructor(private readonly onPick: (log: TraceLog) => void) {}

  show(logs: TraceLog[]): void {
    const rows = logs.map((log) => logRow(log, () => this.onPick(log)));
    fill(this.element, ...rows, logs.length === 0 && h('p', { class: 'panel-empty' }, 'No log records carry the id of this trace.'));
  }
}

/** With `pick` it is a button that leads to the span that logged it. */
export function logRow(log: TraceLog, pick: (() => void) | null): HTMLElement {
  const content = [
    h('span', { class: 'row-time' }, timeOfDay(log.t_ms)),
    h('span', { class: 'log-level' }, log.severity || 'LOG'),
    serviceDot(log.service),
    h('span', { class: 'log-body mono' }, log.body || log.event_name),
  ];
  const props = { class: `log-row tone-${toneOf(log.severity)}`, data: { testid: 'log-row', 'span-id': log.span_id } };
  if (!pick) return h('div', props, ...content);
  return h('button', { ...props, type: 'button', on: { click: pick } }, ...content);
}

export function toneOf(severity: string): string {
  if (/^(ERROR|FATAL)/i.test(severity)) return 'danger';
  return /^WARN/i.test(severity) ? 'warn' : 'plain';
}
