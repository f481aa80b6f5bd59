/** What comes in: one card per signal, with the last hour as a small picture. */

import { h, svg, type Child } from '../lib/dom';
import { ago, bytes, exactTime, isoTime, plural } from '../lib/format';
import type { SignalName, SignalStatus } from '../lib/types';

const NAMES: Record<SignalName, { title: string; one: string; many: string }> = {
  traces: { title: 'Traces', one: 'span', many: 'spans' },
  logs: { title: 'Logs', one: 'record', many: 'records' },
  metrics: { title: 'Metrics', one: 'point', many: 'points' },
  replay: { title: 'Replay', one: 'chunk', many: 'chunks' },
};
const FRESH_MS = 5 * 60_000;
const WIDTH = 240;
const HEIGHT = 44;

export function signalCards(signals: SignalStatus[], nowMs: number): HTMLElement {
  return h('ul', { class: 'signal-cards' }, ...signals.map((signal) => card(signal, nowMs)));
}

function card(status: SignalStatus, nowMs: number): HTMLElement {
  const { title, one, many } = NAMES[status.signal];
  const lastHour = status.per_minute.reduce((sum, count) => sum + count, 0);
  const size = status.bytes > 0 && `, ${bytes(status.bytes)}`;
  return h(
    'li',
    { class: `signal-card ${freshness(status, nowMs)}`, data: { testid: `signal-${status.signal}` } },
    h('div', { class: 'signal-head' }, h('h3', {}, h('span', { class: 'dot', 'aria-hidden': 'true' }), title), lastData(status.last_ms, nowMs)),
    h('p', { class: 'signal-rate' }, h('strong', {}, perMinute(status.per_minute)), ` ${many} a minute`),
    h('figure', { class: 'signal-hour' }, bars(status.per_minute), h('figcaption', { 'aria-hidden': 'true' }, h('span', {}, '1 h ago'), h('span', {}, 'now'))),
    h('dl', { class: 'signal-sums' }, ...sum('Last hour', plural(lastHour, one, many)), ...sum('Today, UTC', plural(status.records, one, many), size)),
  );
}

function sum(name: string, ...value: Child[]): HTMLElement[] {
  return [h('dt', {}, name), h('dd', {}, ...value)];
}

/** Whether data flows: `fresh`, `stale` after five minutes without any, or `none` ever. */
export function freshness(status: SignalStatus, nowMs: number): 'fresh' | 'stale' | 'none' {
  if (status.last_ms === null) return 'none';
  return nowMs - status.last_ms < FRESH_MS ? 'fresh' : 'stale';
}

function lastData(lastMs: number | null, nowMs: number): HTMLElement {
  if (lastMs === null) return h('span', { class: 'signal-last' }, 'nothing yet');
  return h('time', { class: 'signal-last', datetime: isoTime(lastMs), title: exactTime(lastMs) }, ago(lastMs, nowMs));
}

/** The mean of the last five whole minutes; the current one is not over yet, so it counts only where there is no other. */
export function perMinute(counts: number[]): string {
  const whole = counts.slice(-6, -1);
  const total = whole.reduce((sum, count) => sum + count, 0);
  const mean = total > 0 ? total / whole.length : (counts.at(-1) ?? 0);
  return mean > 0 && mean < 10 ? mean.toFixed(1).replace(/\.0$/, '') : Math.round(mean).toLocaleString('en');
}

function bars(counts: number[]): SVGSVGElement {
  const most = Math.max(1, ...counts);
  const step = WIDTH / counts.length;
  const rects = counts.map((count, index) => {
    const height = count === 0 ? 1 : Math.max(2.5, (count / most) * HEIGHT);
    return svg('rect', { x: index * step, y: HEIGHT - height, width: step - 1, height, rx: 0.8, class: count === 0 ? 'quiet' : 'busy' });
  });
  return svg('svg', { class: 'signal-bars', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...rects);
}
