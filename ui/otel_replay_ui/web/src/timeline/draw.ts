/** Paint the time line on its canvas. */

import { themeColor } from '../lib/colors';
import { clockTime, urlPath } from '../lib/format';
import { ticks, type Scale } from '../lib/scale';
import { AXIS_HEIGHT, LANES, LANES_BOTTOM, placeOf, TOTAL_HEIGHT, type Lane } from './lanes';
import type { Marker, Tone } from './markers';

export interface Shade {
  from: number;
  to: number;
  kind: 'missing' | 'damaged' | 'unrecorded';
}

export interface Picture {
  scale: Scale;
  histogram: number[];
  lanes: ReadonlyMap<Lane, Marker[]>;
  shades: Shade[];
}

const FONT = '10.5px ui-sans-serif, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
/** A stretch in which nothing was recorded stays visible however short it is. */
const SHADE_MIN_PX = 3;

type Palette = Record<'line' | 'strong' | 'text' | 'faint' | 'surface' | 'activity' | 'warn' | 'danger' | 'backend' | 'ok' | Lane, string>;

/** The theme's colours, read once for a whole picture. */
function palette(): Palette {
  return {
    line: themeColor('--line'),
    strong: themeColor('--line-strong'),
    text: themeColor('--text-2'),
    faint: themeColor('--text-3'),
    surface: themeColor('--surface'),
    activity: themeColor('--activity'),
    warn: themeColor('--warn'),
    danger: themeColor('--danger'),
    backend: themeColor('--backend-error'),
    ok: themeColor('--ok'),
    action: themeColor('--click'),
    navigation: themeColor('--nav'),
    console: themeColor('--text-3'),
    network: themeColor('--network'),
    error: themeColor('--danger'),
    longtask: themeColor('--warn'),
    vital: themeColor('--ok'),
  };
}

export function draw(context: CanvasRenderingContext2D, picture: Picture, width: number): void {
  const colors = palette();
  context.clearRect(0, 0, width, TOTAL_HEIGHT);
  drawAxis(context, picture.scale, colors);
  for (const shade of picture.shades) drawShade(context, picture.scale, shade, colors);
  drawActivity(context, picture, colors);
  for (const { lane } of LANES) drawLane(context, picture.scale, lane, picture.lanes.get(lane) ?? [], colors);
}

function drawAxis(context: CanvasRenderingContext2D, scale: Scale, colors: Palette): void {
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const time of ticks(scale, 84)) {
    const x = Math.round(scale.x(time)) + 0.5;
    context.strokeStyle = colors.line;
    context.beginPath();
    context.moveTo(x, AXIS_HEIGHT - 5);
    context.lineTo(x, LANES_BOTTOM);
    context.stroke();
    context.fillStyle = colors.faint;
    const label = clockTime(time, scale.to - scale.from < 10_000);
    context.fillText(label, Math.min(x + 4, scale.width - context.measureText(label).width), AXIS_HEIGHT / 2);
  }
}

function drawShade(context: CanvasRenderingContext2D, scale: Scale, shade: Shade, colors: Palette): void {
  const from = Math.max(-10, scale.x(shade.from));
  const to = Math.min(scale.width + 10, Math.max(scale.x(shade.to), scale.x(shade.from) + SHADE_MIN_PX));
  if (to <= from) return;
  context.save();
  context.beginPath();
  context.rect(from, AXIS_HEIGHT, to - from, LANES_BOTTOM - AXIS_HEIGHT);
  context.clip();
  context.globalAlpha = shade.kind === 'unrecorded' ? 0.7 : 0.45;
  context.strokeStyle = shade.kind === 'unrecorded' ? colors.strong : colors.danger;
  context.lineWidth = 1;
  context.beginPath();
  const slant = LANES_BOTTOM;
  for (let x = from - slant - (from % 6); x < to; x += 6) {
    context.moveTo(x, slant);
    context.lineTo(x + slant, 0);
  }
  context.stroke();
  context.restore();
}

function drawActivity(context: CanvasRenderingContext2D, { scale, histogram }: Picture, colors: Palette): void {
  const { top, height: room } = placeOf('activity');
  const most = Math.max(1, ...histogram);
  const bucket = scale.width / histogram.length;
  const bottom = top + room - 2;
  context.fillStyle = colors.activity;
  histogram.forEach((count, index) => {
    if (count === 0) return;
    const height = Math.max(2, Math.sqrt(count / most) * (room - 4));
    context.beginPath();
    context.roundRect(index * bucket, bottom - height, Math.max(1, bucket - 1), height, 1);
    context.fill();
  });
}

const LAST: ReadonlySet<Tone> = new Set<Tone>(['warn', 'danger', 'rage', 'dead']);

/** Plain marks first, those that tell of trouble over them. Marks that fall on the same pixel are drawn once. */
function drawLane(context: CanvasRenderingContext2D, scale: Scale, lane: Lane, markers: readonly Marker[], colors: Palette): void {
  for (const trouble of [false, true]) {
    let drawnTo = -Infinity;
    markers.forEach((marker, index) => {
      if (LAST.has(marker.tone) !== trouble) return;
      const x = scale.x(marker.offset);
      const end = marker.duration > 0 ? scale.x(marker.offset + marker.duration) : x;
      if (end < -12 || x > scale.width + 12 || Math.max(x + 1, end) <= drawnTo) return;
      drawnTo = Math.max(x + 1, end);
      context.fillStyle = context.strokeStyle = colorOf(marker, colors);
      SHAPES[lane](context, x, placeOf(lane).middle, Math.max(4, end - x), marker);
      if (lane === 'navigation') drawPath(context, scale, x, marker, markers[index + 1], colors);
    });
  }
}

function colorOf({ lane, tone }: Marker, colors: Palette): string {
  if (lane === 'backend') return colors.backend;
  if (tone === 'danger' || tone === 'rage') return colors.danger;
  return tone === 'warn' || tone === 'dead' ? colors.warn : colors[lane];
}

/** A page's path, where there is room for some of it before the next page. */
function drawPath(context: CanvasRenderingContext2D, scale: Scale, x: number, marker: Marker, next: Marker | undefined, colors: Palette): void {
  const end = next ? scale.x(next.offset) : scale.width;
  const from = Math.max(x, 0) + 6;
  if (end - from < 18) return;
  context.save();
  context.beginPath();
  context.rect(from, placeOf('navigation').top, end - from - 6, placeOf('navigation').height);
  context.clip();
  context.font = FONT;
  context.fillStyle = colors.text;
  context.fillText(urlPath(marker.title), from, placeOf('navigation').middle + 0.5);
  context.restore();
}

type Shape = (context: CanvasRenderingContext2D, x: number, y: number, width: number, marker: Marker) => void;

const diamond: Shape = (context, x, y) => {
  context.beginPath();
  context.moveTo(x, y - 5.5);
  context.lineTo(x + 5.5, y);
  context.lineTo(x, y + 5.5);
  context.lineTo(x - 5.5, y);
  context.closePath();
  context.fill();
};

const bar: Shape = (context, x, y, width) => {
  context.beginPath();
  context.roundRect(x, y - 3.5, width, 7, 2.5);
  context.fill();
};

const square: Shape = (context, x, y) => {
  context.beginPath();
  context.roundRect(x - 3, y - 3, 6, 6, 1.5);
  context.fill();
};

const tick: Shape = (context, x, y) => {
  context.beginPath();
  context.roundRect(x - 1.5, y - 6, 3, 12, 1.5);
  context.fill();
};

const triangle: Shape = (context, x, y) => {
  context.beginPath();
  context.moveTo(x, y - 4);
  context.lineTo(x + 4.5, y + 3.5);
  context.lineTo(x - 4.5, y + 3.5);
  context.closePath();
  context.fill();
};

/** A rage click is a dot within a ring, a dead one a ring without a dot. */
const action: Shape = (context, x, y, width, marker) => {
  const { tone } = marker;
  if (tone === 'own') return square(context, x, y, width, marker);
  if (tone !== 'plain') {
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, tone === 'rage' ? 6 : 4, 0, Math.PI * 2);
    context.stroke();
  }
  if (tone === 'dead') return;
  context.beginPath();
  context.arc(x, y, 3.5, 0, Math.PI * 2);
  context.fill();
};

const SHAPES: Record<Lane, Shape> = {
  activity: bar,
  action,
  navigation: tick,
  console: square,
  network: bar,
  error: diamond,
  backend: diamond,
  longtask: bar,
  vital: triangle,
};
