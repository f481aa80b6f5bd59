/**
 * The column of bars beside a list. Its axis is no longer than what is in sight: in a session of hours, a request of a
 * second would be a dot. Bars place themselves by custom properties, so that moving the axis touches no row.
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
  private readonly fromLabel = h('span');
  private readonly toLabel = h('span');

  constructor(
    private readonly host: HTMLElement,
    name: string,
  ) {
    this.head = h('div', { class: 'track-head', 'aria-hidden': 'true' }, h('span', { class: 'track-name' }, name), h('span', { class: 'track-ends' }, this.fromLabel, this.toLabel));
  }

  setRange(items: readonly Spanning[]): void {
    if (items.length === 0) return;
    let first = Infinity;
    let last = -Infinity;
    for (const { offset_ms, length_ms } of items) {
      first = Math.min(first, offset_ms);
      last = Math.max(last, offset_ms + length_ms);
    }
    const { from, span } = trackWindow(first, last);
    this.host.style.setProperty('--from', String(from));
    this.host.style.setProperty('--span', String(span));
    setText(this.fromLabel, clockTime(from, true));
    setText(this.toLabel, `+${duration(span)}`);
  }

  setTime(t: number): void {
    this.host.style.setProperty('--now', String(t));
  }
}

/** A row's cell: how long it took, over a bar that says when, in its phases where these are known. */
export function trackCell({ offset_ms, length_ms }: Spanning, text: string, phases: readonly Phase[] = []): HTMLElement {
  const parts = phases.filter(({ ms }) => ms > 0).map(({ name, ms }) => h('i', { class: `phase phase-${name}`, style: { 'flex-grow': String(ms) } }));
  return h(
    'span',
    { class: 'track', style: { '--at': String(offset_ms), '--length': String(length_ms) } },
    h('span', { class: 'track-text' }, text),
    h('span', { class: 'track-bar', 'aria-hidden': 'true' }, ...parts),
  );
}
