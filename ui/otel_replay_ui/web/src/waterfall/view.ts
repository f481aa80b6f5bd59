/** The waterfall of one trace: a row per span, nested, on one axis, with log lines between and the replay's moment drawn across. */

import { h, fill, setText } from '../lib/dom';
import { duration } from '../lib/format';
import { ListView } from '../lib/listview';
import { linearScale, ticks } from '../lib/scale';
import type { Span, Trace, TraceLog } from '../lib/types';
import { criticalPath, type CriticalPath } from './critical';
import { eachSpan, isAlive, isLogRow, placePlayhead, toRows, traceRange, withLogs, type TimeRange, type WaterfallRow } from './layout';
import { logLine, spanRow } from './rows';
import { matchesSpan } from './search';

const ROW_HEIGHT = 30;
const TICK_GAP_PX = 70;

export interface WaterfallActions {
  select: (span: Span) => void;
  selectLog: (log: TraceLog) => void;
  /** Go to a moment, ms since the epoch. */
  seek: (timeMs: number) => void;
}

/** What the viewer wants to see besides the spans. */
export interface WaterfallOptions {
  critical: boolean;
  logs: boolean;
  /** Spans that are not under way at the replay's moment stand back. */
  follow: boolean;
}

export class Waterfall {
  readonly element: HTMLElement;
  readonly options: WaterfallOptions = { critical: true, logs: true, follow: false };
  private readonly axis = h('div', { class: 'wf-axis', title: 'Click to show this moment in the replay' });
  private readonly playhead = h('div', { class: 'wf-playhead', data: { testid: 'waterfall-playhead' }, hidden: true }, h('span', { class: 'wf-playhead-flag' }));
  private readonly plot = h('div', { class: 'wf-plot' });
  private readonly lines = h('div', { class: 'wf-lines', 'aria-hidden': 'true' });
  private readonly list: ListView<WaterfallRow>;
  private readonly collapsed = new Set<string>();
  private rows: WaterfallRow[] = [];
  private trace: Trace | null = null;
  private known: ReadonlySet<string> = new Set();
  private critical: CriticalPath = new Map();
  private range: TimeRange = { from: 0, to: 1 };
  private selected = '';
  private query = '';
  private time = NaN;
  private aliveKey = '';

  constructor(private readonly actions: WaterfallActions) {
    this.list = new ListView<WaterfallRow>({ rowHeight: ROW_HEIGHT, label: 'Spans', render: (row) => this.renderRow(row), onPick: (row) => (isLogRow(row) ? actions.selectLog(row.log) : actions.select(row.span)) });
    this.plot.append(this.playhead);
    this.element = h(
      'div',
      { class: 'waterfall', data: { testid: 'waterfall' } },
      h('div', { class: 'wf-head' }, h('div', { class: 'wf-head-name' }, 'Service and operation'), this.axis),
      h('div', { class: 'wf-body' }, this.lines, this.list.element, this.plot),
    );
    this.axis.addEventListener('click', (event) => this.seekTo(event));
    this.list.element.addEventListener('keydown', (event) => this.onKey(event));
    new ResizeObserver(() => this.drawAxis()).observe(this.axis);
  }

  /** The path of the trace that is shown. */
  get path(): CriticalPath {
    return this.critical;
  }

  show(trace: Trace): void {
    this.trace = trace;
    this.range = traceRange(trace);
    this.known = new Set([...eachSpan(trace.spans)].map((span) => span.span_id));
    this.critical = criticalPath(trace.spans);
    this.collapsed.clear();
    this.refresh();
  }

  setOptions(options: Partial<WaterfallOptions>): void {
    Object.assign(this.options, options);
    this.element.classList.toggle('following', this.options.follow);
    this.aliveKey = '';
    this.refresh();
    this.followTime();
  }

  select(spanId: string): void {
    this.selected = spanId;
    for (const element of this.element.querySelectorAll<HTMLElement>('.span-row')) {
      element.classList.toggle('selected', element.dataset['spanId'] === spanId && !element.classList.contains('wf-log'));
    }
    const index = this.rows.findIndex((row) => !isLogRow(row) && row.span.span_id === spanId);
    if (index >= 0) this.list.reveal(index);
  }

  /** The spans that the text is found in, in reading order; the others stand back. An empty text finds none, and none stands back. */
  search(text: string): Span[] {
    this.query = text.trim().toLowerCase();
    this.element.classList.toggle('searching', this.query !== '');
    this.refresh();
    if (this.query === '' || !this.trace) return [];
    return toRows(this.trace.spans, new Set()).map((row) => row.span).filter((span) => matchesSpan(span, this.query));
  }

  /** The replay's moment, ms since the epoch. */
  setTime(timeMs: number): void {
    this.time = timeMs;
    const place = placePlayhead(this.range, timeMs);
    this.playhead.hidden = false;
    this.playhead.dataset['side'] = place.side;
    this.playhead.dataset['tMs'] = String(timeMs);
    this.playhead.style.left = `${place.at * 100}%`;
    setText(this.playhead.firstElementChild!, flagText(place.side, this.range, timeMs));
    this.followTime();
  }

  /** Bring the spans that are under way to the fore; rows change only when other spans are. */
  private followTime(): void {
    if (!this.options.follow || !this.trace) return;
    const alive = this.rows.map((row) => !isLogRow(row) && isAlive(row.span, this.time));
    const key = alive.flatMap((on, index) => (on ? [index] : [])).join();
    if (key === this.aliveKey) return;
    this.aliveKey = key;
    for (const element of this.element.querySelectorAll<HTMLElement>('.span-row')) {
      element.classList.toggle('alive', alive[Number(element.dataset['index'])] === true);
    }
    const last = alive.lastIndexOf(true);
    if (last >= 0) this.list.reveal(last);
  }

  private refresh(): void {
    if (!this.trace) return;
    const spans = toRows(this.trace.spans, this.collapsed);
    this.rows = this.options.logs ? withLogs(spans, this.trace.logs, this.known) : spans;
    this.list.setItems(this.rows);
    this.drawAxis();
  }

  private drawAxis(): void {
    const width = this.axis.clientWidth;
    if (width === 0) return;
    const scale = linearScale(0, this.range.to - this.range.from, width);
    const marks = ticks(scale, TICK_GAP_PX).filter((time) => scale.x(time) < width - 24);
    const left = (time: number): Record<string, string> => ({ left: `${(scale.x(time) / width) * 100}%` });
    fill(this.axis, ...marks.map((time) => h('span', { class: 'wf-tick', style: left(time) }, time === 0 ? '0' : duration(time))));
    fill(this.lines, ...marks.map((time) => h('i', { class: 'wf-line', style: left(time) })));
  }

  private renderRow(row: WaterfallRow): HTMLElement {
    if (isLogRow(row)) return logLine(row, { range: this.range, classes: '' });
    const { span } = row;
    const classes = [span.span_id === this.selected && 'selected', isAlive(span, this.time) && 'alive', this.query !== '' && matchesSpan(span, this.query) && 'found'];
    return spanRow(row, { range: this.range, flip: (flipped) => this.flip(flipped), critical: this.options.critical ? (this.critical.get(span) ?? []) : [], classes: classes.filter(Boolean).join(' ') });
  }

  private flip(span: Span): void {
    if (!this.collapsed.delete(span.span_id)) this.collapsed.add(span.span_id);
    this.refresh();
  }

  private seekTo(event: MouseEvent): void {
    const box = this.axis.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / Math.max(1, box.width)));
    this.actions.seek(this.range.from + share * (this.range.to - this.range.from));
  }

  /** Right and left open and close the spans below the focused one. */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
    const index = Number((event.target as HTMLElement).dataset['index'] ?? -1);
    const row = this.rows[index];
    if (!row || isLogRow(row)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!row.hasChildren || row.collapsed !== (event.key === 'ArrowRight')) return;
    this.flip(row.span);
    this.list.element.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus();
  }
}

function flagText(side: string, range: TimeRange, timeMs: number): string {
  if (side === 'before') return `◂ replay is ${duration(range.from - timeMs)} earlier`;
  if (side === 'after') return `replay is ${duration(timeMs - range.to)} later ▸`;
  return duration(timeMs - range.from);
}
