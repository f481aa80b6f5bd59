/** The waterfall of one trace: a row per span, nested, on one axis, with the replay's moment drawn across. */

import { h, fill, setText } from '../lib/dom';
import { duration } from '../lib/format';
import { icon } from '../lib/icons';
import { ListView } from '../lib/listview';
import { linearScale, ticks } from '../lib/scale';
import type { Span, Trace } from '../lib/types';
import { serviceColor } from './colors';
import { isFailed, placePlayhead, toRows, traceRange, type SpanRow, type TimeRange } from './layout';

const ROW_HEIGHT = 30;
const MAX_INDENT = 12;
const TICK_GAP_PX = 70;

export interface WaterfallActions {
  select: (span: Span) => void;
  /** Go to a moment, ms since the epoch. */
  seek: (timeMs: number) => void;
}

export class Waterfall {
  readonly element: HTMLElement;
  private readonly axis = h('div', { class: 'wf-axis', title: 'Click to show this moment in the replay' });
  private readonly playhead = h('div', { class: 'wf-playhead', data: { testid: 'waterfall-playhead' }, hidden: true }, h('span', { class: 'wf-playhead-flag' }));
  private readonly plot = h('div', { class: 'wf-plot' });
  private readonly lines = h('div', { class: 'wf-lines', 'aria-hidden': 'true' });
  private readonly list: ListView<SpanRow>;
  private readonly collapsed = new Set<string>();
  private rows: SpanRow[] = [];
  private trace: Trace | null = null;
  private range: TimeRange = { from: 0, to: 1 };
  private selected = '';

  constructor(private readonly actions: WaterfallActions) {
    this.list = new ListView<SpanRow>({ rowHeight: ROW_HEIGHT, label: 'Spans', render: (row) => this.renderRow(row), onPick: ({ span }) => actions.select(span) });
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

  show(trace: Trace): void {
    this.trace = trace;
    this.range = traceRange(trace);
    this.collapsed.clear();
    this.refresh();
  }

  select(spanId: string): void {
    this.selected = spanId;
    for (const element of this.element.querySelectorAll<HTMLElement>('.span-row')) {
      element.classList.toggle('selected', element.dataset['spanId'] === spanId);
    }
    const index = this.rows.findIndex((row) => row.span.span_id === spanId);
    if (index >= 0) this.list.reveal(index);
  }

  /** The replay's moment, ms since the epoch. */
  setTime(timeMs: number): void {
    const place = placePlayhead(this.range, timeMs);
    this.playhead.hidden = false;
    this.playhead.dataset['side'] = place.side;
    this.playhead.dataset['tMs'] = String(timeMs);
    this.playhead.style.left = `${place.at * 100}%`;
    setText(this.playhead.firstElementChild!, flagText(place.side, this.range, timeMs));
  }

  private refresh(): void {
    if (!this.trace) return;
    this.rows = toRows(this.trace.spans, this.collapsed);
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

  private renderRow(row: SpanRow): HTMLElement {
    const { span } = row;
    const failed = isFailed(span);
    return h(
      'div',
      {
        class: `span-row${failed ? ' failed' : ''}${span.span_id === this.selected ? ' selected' : ''}`,
        data: { testid: 'waterfall-span', service: span.service, 'span-id': span.span_id, status: span.status },
        style: { '--service': serviceColor(span.service) },
        'aria-label': `${span.service}: ${span.name}, ${duration(span.duration_ms)}${failed ? ', failed' : ''}`,
      },
      this.nameCell(row, failed),
      h('div', { class: 'span-track' }, ...this.bar(span)),
    );
  }

  private nameCell(row: SpanRow, failed: boolean): HTMLElement {
    const { span, depth } = row;
    return h(
      'div',
      { class: 'span-name', style: { '--depth': String(Math.min(depth, MAX_INDENT)) } },
      this.toggle(row),
      h('i', { class: 'span-service-mark' }),
      failed && h('span', { class: 'span-failed', title: span.status_message || 'Failed' }, icon('alert', 13)),
      h('span', { class: 'span-service', title: span.service }, span.service || 'unknown'),
      h('span', { class: 'span-op', title: span.name }, span.name),
      span.orphan && h('span', { class: 'badge', title: 'Its parent span has not arrived' }, 'no parent'),
    );
  }

  private toggle(row: SpanRow): HTMLElement {
    if (!row.hasChildren) return h('span', { class: 'span-toggle none' });
    const label = row.collapsed ? `Show ${row.descendants} spans below` : 'Hide the spans below';
    return h(
      'button',
      { class: `span-toggle${row.collapsed ? ' collapsed' : ''}`, type: 'button', tabindex: '-1', title: label, 'aria-label': label, 'aria-expanded': String(!row.collapsed), on: { click: () => this.flip(row.span) } },
      row.collapsed ? h('span', { class: 'span-count' }, row.descendants) : icon('chevronDown', 12),
    );
  }

  private flip(span: Span): void {
    if (!this.collapsed.delete(span.span_id)) this.collapsed.add(span.span_id);
    this.refresh();
  }

  private bar(span: Span): HTMLElement[] {
    const { from, to } = this.range;
    const share = (ms: number): number => (ms / (to - from)) * 100;
    const left = share(span.start_ms - from);
    const width = share(span.duration_ms);
    const label = h('span', { class: `span-label ${labelPlace(left, width)}` }, duration(span.duration_ms));
    const ticksOf = span.events.map((event) =>
      h('i', { class: `span-event${event.name === 'exception' ? ' thrown' : ''}`, title: event.name, style: { left: `${Math.max(0, Math.min(100, share(event.t_ms - from)))}%` } }),
    );
    return [h('div', { class: 'span-bar', style: { left: `${left}%`, width: `max(3px, ${width}%)` } }, label), ...ticksOf];
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
    if (!row) return;
    event.preventDefault();
    event.stopPropagation();
    if (!row.hasChildren || row.collapsed !== (event.key === 'ArrowRight')) return;
    this.flip(row.span);
    this.list.element.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus();
  }
}

/** Beside the bar where there is room, else in it; shares are in percent. */
function labelPlace(left: number, width: number): 'left' | 'right' | 'inside' {
  if (left + width < 84) return 'right';
  return width > 16 ? 'inside' : 'left';
}

function flagText(side: string, range: TimeRange, timeMs: number): string {
  if (side === 'before') return `◂ replay is ${duration(range.from - timeMs)} earlier`;
  if (side === 'after') return `replay is ${duration(timeMs - range.to)} later ▸`;
  return duration(timeMs - range.from);
}
