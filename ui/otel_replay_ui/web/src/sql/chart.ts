/** A result as lines over time or as bars. */

import { fill, h, svg } from '../lib/dom';
import { chartData, ticks, type ChartData } from './series';
import type { Answer } from './ask';

const WIDTH = 960;
const HEIGHT = 320;
const LEFT = 64;
const BOTTOM = 28;
const TOP = 12;
const color = (index: number): string => `var(--service-${index})`;

export class Chart {
  readonly element = h('div', { class: 'sql-chart' });

  show(answer: Answer): void {
    const data = chartData(answer);
    if (!data) {
      fill(this.element, h('p', { class: 'sql-note' }, 'A chart needs a column of numbers, and one of times or names beside it.'));
      return;
    }
    const note = data.left_out > 0 && h('p', { class: 'sql-note' }, `The first ${data.labels.length} rows; ${data.left_out.toLocaleString('en')} more are in the table.`);
    fill(this.element, legend(data), draw(data), note);
  }
}

function legend(data: ChartData): HTMLElement {
  const items = data.series.map(({ name }, index) => h('li', {}, h('i', { style: { background: color(index) } }), name));
  return h('ul', { class: 'sql-legend' }, ...items);
}

function draw(data: ChartData): SVGSVGElement {
  const values = data.series.flatMap((one) => one.values.filter((value) => value !== null));
  const marks = ticks(Math.min(...values), Math.max(...values));
  const low = marks[0] ?? 0;
  const high = marks.at(-1) ?? 1;
  const y = (value: number): number => TOP + (1 - (value - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const shapes = data.kind === 'line' ? lines(data, y) : bars(data, y);
  const label = `${data.series.map(({ name }) => name).join(', ')} by ${data.kind === 'line' ? 'time' : 'name'}`;
  return svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label }, ...marks.flatMap((mark) => gridLine(mark, y(mark))), ...shapes);
}

function gridLine(mark: number, at: number): SVGElement[] {
  const text = svg('text', { x: LEFT - 8, y: at + 4, class: 'tick end' });
  text.textContent = mark.toLocaleString('en', { notation: Math.abs(mark) >= 10_000 ? 'compact' : 'standard', maximumFractionDigits: 3 });
  return [svg('line', { x1: LEFT, x2: WIDTH, y1: at, y2: at, class: 'grid' }), text];
}

function lines({ times, labels, series }: ChartData, y: (value: number) => number): SVGElement[] {
  const first = times[0] ?? 0;
  const span = (times.at(-1) ?? 1) - first || 1;
  const x = (time: number): number => LEFT + ((time - first) / span) * (WIDTH - LEFT - 8);
  const paths = series.map(({ name, values }, index) => {
    const points = values.flatMap((value, at) => (value === null ? [] : [`${x(times[at] ?? first).toFixed(1)},${y(value).toFixed(1)}`]));
    return named(svg('polyline', { points: points.join(' '), class: 'line', stroke: color(index) }), name);
  });
  return [...paths, axisText(LEFT, labels[0] ?? '', 'start'), axisText(WIDTH - 8, labels.at(-1) ?? '', 'end')];
}

function bars({ labels, series }: ChartData, y: (value: number) => number): SVGElement[] {
  const slot = (WIDTH - LEFT) / labels.length;
  const width = Math.min(60, (slot * 0.8) / series.length);
  const inset = (slot - width * series.length) / 2;
  const rects = series.flatMap(({ name, values }, index) =>
    values.flatMap((value, at) => {
      if (value === null) return [];
      const top = Math.min(y(value), y(0));
      const rect = svg('rect', { x: LEFT + slot * at + inset + width * index, y: top, width, height: Math.max(1, Math.abs(y(value) - y(0))), rx: 2, fill: color(index) });
      return [named(rect, `${labels[at] ?? ''}: ${value.toLocaleString('en')} ${name}`)];
    }),
  );
  const letters = Math.floor(slot / 7);
  const texts = letters < 3 ? [] : labels.map((label, at) => axisText(LEFT + slot * (at + 0.5), label.length > letters ? `${label.slice(0, letters - 1)}…` : label, 'middle'));
  return [...rects, ...texts];
}

function axisText(x: number, text: string, anchor: string): SVGElement {
  const element = svg('text', { x, y: HEIGHT - 8, class: `tick ${anchor}` });
  element.textContent = text;
  return element;
}

function named<T extends SVGElement>(element: T, text: string): T {
  const title = svg('title');
  title.textContent = text;
  element.append(title);
  return element;
}
