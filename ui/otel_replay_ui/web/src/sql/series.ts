/** Which columns of a result make a chart. */

import type { Answer, Cell } from './ask';
import { cellText, isNumber, isTime } from './cells';

export interface Series {
  name: string;
  values: (number | null)[];
}

export interface ChartData {
  /** Points in time are joined by a line; anything else stands side by side. */
  kind: 'line' | 'bars';
  labels: string[];
  /** Milliseconds since the epoch, for lines. */
  times: number[];
  series: Series[];
  /** Rows that the chart leaves out. */
  left_out: number;
}

const MOST_BARS = 60;
const MOST_POINTS = 2000;
const MOST_SERIES = 6;

/** Null where a result has no column of numbers beside one to label them with. */
export function chartData({ columns, rows }: Answer): ChartData | null {
  const time = columns.findIndex(isTime);
  const label = time >= 0 ? time : columns.findIndex((column) => !isNumber(column));
  const numbers = columns.map((column, index) => ({ column, index })).filter(({ column, index }) => index !== label && isNumber(column));
  if (label < 0 || numbers.length === 0 || rows.length === 0) return null;
  const kind = time >= 0 && rows.length > 1 ? 'line' : 'bars';
  // Bars are told apart by all that names them, such as a page and a release.
  const names = kind === 'line' ? [label] : columns.flatMap((column, index) => (isNumber(column) ? [] : [index]));
  const most = kind === 'line' ? MOST_POINTS : MOST_BARS;
  const sorted = kind === 'line' ? [...rows].sort((a, b) => timeOf(a[label]) - timeOf(b[label])) : rows;
  const shown = sorted.slice(0, most);
  return {
    kind,
    labels: shown.map((row) => names.map((index) => cellText(row[index] ?? null)).join(' · ')),
    times: kind === 'line' ? shown.map((row) => timeOf(row[label])) : [],
    series: numbers.slice(0, MOST_SERIES).map(({ column, index }) => ({ name: column.name, values: shown.map((row) => numberOf(row[index])) })),
    left_out: rows.length - shown.length,
  };
}

function timeOf(value: Cell | undefined): number {
  return typeof value === 'string' ? Date.parse(`${value.replace(' ', 'T')}${value.includes(' ') ? 'Z' : ''}`) : Number.NaN;
}

function numberOf(value: Cell | undefined): number | null {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** Round numbers from zero (or below it) to at least the highest. */
export function ticks(low: number, high: number, count = 4): number[] {
  const from = Math.min(0, low);
  const rough = (Math.max(high, from) - from) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const first = Math.floor(from / step) * step;
  const found = [];
  for (let tick = first; tick < high + step; tick += step) found.push(Number(tick.toPrecision(12)));
  return found;
}
