/** One trace: its services, waterfall, logs, and the chosen span. Used beside the replay and on its own page. */

import { h, fill, setText } from '../lib/dom';
import { duration, plural } from '../lib/format';
import { icon } from '../lib/icons';
import { Tabs } from '../lib/tabs';
import type { Span, Trace, TraceLog } from '../lib/types';
import { serviceDot } from '../panels/services';
import { criticalMs } from './critical';
import { logDetail, spanDetail } from './detail';
import { eachSpan, findSpan, isFailed } from './layout';
import { TraceLogs } from './logs';
import { Waterfall, type WaterfallOptions } from './view';

/** More log lines than this would drown the spans: then they are shown when asked for. */
const LOGS_UNASKED = 60;

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
  private readonly search: HTMLInputElement;
  private readonly found = h('span', { class: 'wf-found', role: 'status' });
  private readonly switches: Record<keyof WaterfallOptions, HTMLElement>;
  private matches: Span[] = [];
  private matchIndex = -1;
  private trace: Trace | null = null;

  constructor(private readonly actions: PaneActions) {
    this.waterfall = new Waterfall({ select: (span) => this.select(span), selectLog: (log) => this.selectLog(log), seek: actions.seek });
    this.logs = new TraceLogs((log) => this.selectLog(log));
    this.search = h('input', { class: 'search-input', type: 'search', placeholder: 'Search spans and attributes', 'aria-label': 'Search spans and attributes', on: { input: () => this.find(), keydown: (event) => this.onSearchKey(event) } });
    this.switches = {
      critical: this.makeSwitch('critical', 'Critical path', 'The line under the bars: what the whole trace was waiting for'),
      logs: this.makeSwitch('logs', 'Log lines', 'Log lines under the spans that wrote them'),
      follow: this.makeSwitch('follow', 'Follow the playhead', "Bring the spans to the fore that were under way at the replay's moment"),
    };
    const tools = h('div', { class: 'wf-tools' }, h('label', { class: 'search' }, icon('search', 14), this.search), this.found, h('div', { class: 'filters', role: 'group', 'aria-label': 'In the waterfall' }, ...Object.values(this.switches)));
    this.tabs = new Tabs(
      [
        { name: 'waterfall', label: 'Waterfall', panel: h('div', { class: 'panel' }, tools, this.waterfall.element) },
        { name: 'trace-logs', label: 'Logs', panel: h('div', { class: 'panel' }, this.logs.element) },
      ],
      'Parts of the trace',
      () => undefined,
    );
    this.element = h('div', { class: 'trace-pane' }, h('div', { class: 'trace-tools' }, this.tabs.list, this.legend), this.tabs.body, this.detail);
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    this.tabs.select('waterfall');
  }

  show(trace: Trace, spanId = ''): void {
    this.trace = trace;
    this.waterfall.show(trace);
    this.setOption('logs', trace.logs.length > 0 && trace.logs.length <= LOGS_UNASKED);
    this.switches.logs.hidden = trace.logs.length === 0;
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

  private makeSwitch(name: keyof WaterfallOptions, label: string, title: string): HTMLElement {
    const flip = (): void => this.setOption(name, !this.waterfall.options[name]);
    return h('button', { class: 'chip', type: 'button', title, 'aria-pressed': String(this.waterfall.options[name]), data: { option: name }, on: { click: flip } }, label);
  }

  private setOption(name: keyof WaterfallOptions, on: boolean): void {
    this.waterfall.setOptions({ [name]: on });
    this.switches[name].setAttribute('aria-pressed', String(on));
  }

  private find(): void {
    this.matches = this.waterfall.search(this.search.value);
    this.matchIndex = -1;
    this.showMatch();
  }

  private showMatch(): void {
    const { length } = this.matches;
    const text = length === 0 ? 'none' : this.matchIndex < 0 ? String(length) : `${this.matchIndex + 1} of ${length}`;
    setText(this.found, this.search.value.trim() === '' ? '' : text);
  }

  /** Enter goes to the next span found, with Shift to the one before. */
  private onSearchKey(event: KeyboardEvent): void {
    const { length } = this.matches;
    if (event.key !== 'Enter' || length === 0) return;
    event.preventDefault();
    this.matchIndex = (this.matchIndex + (event.shiftKey ? -1 : 1) + length) % length;
    if (this.matchIndex < 0) this.matchIndex = length - 1;
    this.showMatch();
    this.select(this.matches[this.matchIndex]!);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.detail.hidden || event.target === this.search) return;
    event.stopPropagation();
    this.closeDetail();
  }

  private select(span: Span): void {
    this.tabs.select('waterfall');
    this.detail.hidden = false;
    const critical = criticalMs(this.waterfall.path, span);
    fill(this.detail, spanDetail(span, this.trace?.logs ?? [], critical, { close: () => this.closeDetail(), seek: this.actions.seek }));
    this.waterfall.select(span.span_id);
    this.actions.selected?.(span.span_id);
  }

  /** A log line leads to the span that wrote it; where that is not known, to itself. */
  private selectLog(log: TraceLog): void {
    const span = this.trace && findSpan(this.trace.spans, log.span_id);
    if (span) return this.select(span);
    this.detail.hidden = false;
    fill(this.detail, logDetail(log, { close: () => this.closeDetail(), seek: this.actions.seek }));
    this.waterfall.select('');
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
