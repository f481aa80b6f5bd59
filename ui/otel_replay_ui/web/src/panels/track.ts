/**
 * The column of bars beside a list. Its axis is no longer than what is in sight: in a session of hours, a request of a
 * second would be a dot.
 */

import { h, setText } from '../lib/dom';
import { clockTime, duration } from '../lib/format';

export interface Spanning {
  offset_ms: number;
  /** How long it took; 0 for a moment. */
  length_ms: number;
}

export interface Phase {
  name: string;
  ms: number;
}

export interface TrackWindow {
  from: number;
  span: number;
}

const LEAST_MS = 100;
/** While the list flies by nobody reads the bars: the axis moves no more often than this. */
const MOVE_MS = 120;

/** The axis for what lies between two moments: of a round length, and moving in steps, so that scrolling does not make it tremble. */
export function trackWindow(first: number, last: number): TrackWindow {
  const wanted = Math.max(LEAST_MS, (last - first) * 1.02);
  const span = roundUp(wanted);
  const step = span / 4;
  const from = Math.max(0, Math.floor(first / step) * step);
  return from + span >= last ? { from, span } : { from, span: roundUp(last - from) };
}

/** The next of 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= value) ?? 10;
  return factor * power;
}

export class Track {
  /** A line over the list with the two ends of the axis. */
  readonly head: HTMLElement;
  /** The replay's moment, for the list to draw over its rows. */
  readonly playhead = h('div', { class: 'track-line', 'aria-hidden': 'true' }, h('i', { hidden: true }));
  private readonly fromLabel = h('span');
  private readonly toLabel = h('span');
  private window: TrackWindow = { from: 0, span: LEAST_MS };
  private time = 0;
  private inSight: readonly Spanning[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private movedAt = -Infinity;

  constructor(
    private readonly host: HTMLElement,
    name: string,
  ) {
    this.head = h('div', { class: 'track-head', 'aria-hidden': 'true' }, h('span', { class: 'track-name' }, name), h('span', { class: 'track-ends' }, this.fromLabel, this.toLabel));
  }

  /** The items in sight. */
  setRange(items: readonly Spanning[]): void {
    if (items.length === 0) return;
    this.inSight = items;
    const wait = this.movedAt + MOVE_MS - performance.now();
    if (wait <= 0) this.move();
    else this.timer ??= setTimeout(() => this.move(), wait);
  }

  private move(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.movedAt = performance.now();
    let first = Infinity;
    let last = -Infinity;
    for (const { offset_ms, length_ms } of this.inSight) {
      first = Math.min(first, offset_ms);
      last = Math.max(last, offset_ms + length_ms);
    }
    const wanted = trackWindow(first, last);
    if (wanted.from === this.window.from && wanted.span === this.window.span) return;
    this.window = wanted;
    for (const cell of this.host.querySelectorAll<HTMLElement>('.track')) this.placeCell(cell);
    this.setTime(this.time);
    setText(this.fromLabel, clockTime(wanted.from, true));
    setText(this.toLabel, `+${duration(wanted.span)}`);
  }

  setTime(t: number): void {
    this.time = t;
    const line = this.playhead.firstElementChild as HTMLElement;
    const share = this.share(t);
    line.hidden = share < 0 || share > 100;
    if (!line.hidden) line.style.left = `${share}%`;
  }

  /** Put the bar of a new row in its place. */
  place(row: HTMLElement): void {
    const cell = row.querySelector<HTMLElement>('.track');
    if (cell) this.placeCell(cell);
  }

  private placeCell(cell: HTMLElement): void {
    const bar = cell.firstElementChild as HTMLElement;
    const left = this.share(Number(cell.dataset['at']));
    // Rows just out of sight are there already, and their bars would lie beside the column.
    bar.hidden = left < 0 || left > 100;
    bar.style.left = `min(${left}%, 100% - 3px)`;
    bar.style.width = `max(3px, ${Math.min(100 - left, (Number(cell.dataset['length']) / this.window.span) * 100)}%)`;
  }

  /** In percent of the axis. */
  private share(t: number): number {
    return ((t - this.window.from) / this.window.span) * 100;
  }
}

/** A row's cells: how long it took, and a bar that says when, in its phases where these are known. The playhead crosses bars, so the text stands beside them. */
export function trackCells({ offset_ms, length_ms }: Spanning, text: string, phases: readonly Phase[] = []): [HTMLElement, HTMLElement] {
  const parts = phases.filter(({ ms }) => ms > 0).map(({ name, ms }) => h('i', { class: `phase phase-${name}`, style: { 'flex-grow': String(ms) } }));
  const bar = h('span', { class: 'track-bar' }, ...parts);
  return [h('span', { class: 'track-text' }, text), h('span', { class: 'track', 'aria-hidden': 'true', data: { at: offset_ms, length: length_ms } }, bar)];
}
