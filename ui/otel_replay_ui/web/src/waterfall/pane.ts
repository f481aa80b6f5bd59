/** One trace: its services, waterfall, logs, and the chosen span. Used beside the replay and on its own page. */

import { h, fill } from '../lib/dom';
import { duration, plural } from '../lib/format';
import { Tabs } from '../lib/tabs';
import type { Span, Trace } from '../lib/types';
import { serviceDot } from '../panels/traces';
import { spanDetail } from './detail';
import { eachSpan, findSpan, isFailed } from './layout';
import { TraceLogs } from './logs';
import { Waterfall } from './view';

export interface PaneActions {
  /** Go to a moment, ms since the epoch. */
  seek: (timeMs: number) => void;
  /** The chosen span changed; '' for none. */
  selected?: (spanId: string) => void;
}

export class TracePane {
  readonly element: HTMLElement;
  private readonly waterfall: Waterfall;
  private readonly logs: TraceLogs;
  private readonly tabs: Tabs;
  private readonly detail = h('div', { class: 'detail-slot', hidden: true });
  private readonly legend = h('div', { class: 'legend' });
  private trace: Trace | null = null;

  constructor(private readonly actions: PaneActions) {
    this.waterfall = new Waterfall({ select: (span) => this.select(span), seek: actions.seek });
    this.logs = new TraceLogs((log) => this.selectId(log.span_id));
    const logPanel = h('div', { class: 'panel' }, this.logs.element);
    this.tabs = new Tabs(
      [
        { name: 'waterfall', label: 'Waterfall', panel: h('div', { class: 'panel' }, this.waterfall.element) },
        { name: 'trace-logs', label: 'Logs', panel: logPanel },
      ],
      'Parts of the trace',
      () => undefined,
    );
    this.element = h('div', { class: 'trace-pane' }, h('div', { class: 'trace-tools' }, this.tabs.list, this.legend), this.tabs.body, this.detail);
    this.tabs.select('waterfall');
  }

  show(trace: Trace, spanId = ''): void {
    this.trace = trace;
    this.waterfall.show(trace);
    this.logs.show(trace.logs);
    this.tabs.setCount('trace-logs', trace.logs.length);
    fill(this.legend, ...trace.services.map((service) => serviceDot(service.name)));
    const wanted = spanId ? findSpan(trace.spans, spanId) : deepestFailure(trace);
    if (wanted) this.select(wanted);
    else this.closeDetail();
  }

  setTime(timeMs: number): void {
    this.waterfall.setTime(timeMs);
  }

  private selectId(spanId: string): void {
    const span = this.trace && findSpan(this.trace.spans, spanId);
    if (!span) return;
    this.tabs.select('waterfall');
    this.select(span);
  }

  private select(span: Span): void {
    this.waterfall.select(span.span_id);
    this.detail.hidden = false;
    fill(this.detail, spanDetail(span, this.trace?.logs ?? [], { close: () => this.closeDetail(), seek: this.actions.seek }));
    this.actions.selected?.(span.span_id);
  }

  private closeDetail(): void {
    this.detail.hidden = true;
    fill(this.detail);
    this.waterfall.select('');
    this.actions.selected?.('');
  }
}

/** Where a failing request went wrong first: the failed span with no failed span below it. */
export function deepestFailure(trace: Trace): Span | null {
  const failed = [...eachSpan(trace.spans)].filter(isFailed);
  const withException = failed.filter((span) => span.events.some((event) => event.name === 'exception'));
  return withException.at(-1) ?? failed.at(-1) ?? null;
}

export function traceSummary(trace: Trace): string {
  const parts = [duration(trace.duration_ms), plural(trace.span_count, 'span'), plural(trace.services.length, 'service')];
  if (trace.error_count > 0) parts.push(plural(trace.error_count, 'error'));
  return parts.join(' · ');
}

export function traceTitle(trace: Trace): string {
  const root = trace.spans.find((span) => !span.orphan) ?? trace.spans[0];
  if (!root) return trace.trace_id;
  const path = root.attributes['url.full'] ?? root.attributes['url.path'] ?? root.attributes['http.route'] ?? '';
  const tail = path.replace(/^https?:\/\/[^/]+/i, '');
  return tail && !root.name.includes(tail) ? `${root.name} ${tail}` : root.name;
}
