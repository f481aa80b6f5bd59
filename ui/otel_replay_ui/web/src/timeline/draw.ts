/** Paint the time line on its canvas. */

import { themeColor } from '../lib/colors';
import { clockTime } from '../lib/format';
import { ticks, type Scale } from '../lib/scale';
import { LANES, type Lane, type Marker } from './markers';

export const AXIS_HEIGHT = 22;
export const LANE_HEIGHTS: Record<Lane, number> = { activity: 26, navigation: 17, click: 17, console: 17, network: 17, error: 19 };
export const PADDING_BOTTOM = 6;

export interface Shade {
  from: number;
  to: number;
  kind: 'missing' | 'damaged' | 'unrecorded';
}

export interface Picture {
  scale: Scale;
  height: number;
  histogram: number[];
  markers: Marker[];
  shades: Shade[];
  hovered: Marker | null;
}

/** Top of each lane. */
export function laneTops(): Map<Lane, number> {
  const tops = new Map<Lane, number>();
  let y = AXIS_HEIGHT;
  for (const { lane } of LANES) {
    tops.set(lane, y);
    y += LANE_HEIGHTS[lane];
  }
  return tops;
}

export function totalHeight(): number {
  return LANES.reduce((sum, { lane }) => sum + LANE_HEIGHTS[lane], AXIS_HEIGHT + PADDING_BOTTOM);
}

export function draw(context: CanvasRenderingContext2D, picture: Picture): void {
  const { scale, height } = picture;
  context.clearRect(0, 0, scale.width + 20, height);
  drawAxis(context, picture);
  for (const shade of picture.shades) drawShade(context, scale, height, shade);
  drawActivity(context, picture);
  const tops = laneTops();
  for (const marker of picture.markers) {
    drawMarker(context, scale, tops.get(marker.lane)! + LANE_HEIGHTS[marker.lane] / 2, marker, marker === picture.hovered);
  }
}

function drawAxis(context: CanvasRenderingContext2D, { scale, height }: Picture): void {
  context.font = '10.5px ui-sans-serif, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  context.textBaseline = 'middle';
  const line = themeColor('--line');
  const text = themeColor('--text-3');
  for (const time of ticks(scale, 84)) {
    const x = Math.round(scale.x(time)) + 0.5;
    context.strokeStyle = line;
    context.beginPath();
    context.moveTo(x, AXIS_HEIGHT - 5);
    context.lineTo(x, height);
    context.stroke();
    context.fillStyle = text;
    const label = clockTime(time, scale.to - scale.from < 10_000);
    context.fillText(label, Math.min(x + 4, scale.width - context.measureText(label).width), AXIS_HEIGHT / 2);
  }
}

function drawShade(context: CanvasRenderingContext2D, scale: Scale, height: number, shade: Shade): void {
  const from = scale.x(shade.from);
  const width = Math.max(3, scale.x(shade.to) - from);
  const color = themeColor(shade.kind === 'unrecorded' ? '--line-strong' : '--danger');
  context.save();
  context.beginPath();
  context.rect(from, AXIS_HEIGHT, width, height - AXIS_HEIGHT - PADDING_BOTTOM);
  context.clip();
  context.globalAlpha = shade.kind === 'unrecorded' ? 0.7 : 0.45;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = from - height; x < from + width; x += 6) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}

function drawActivity(context: CanvasRenderingContext2D, { scale, histogram }: Picture): void {
  const most = Math.max(1, ...histogram);
  const bucket = scale.width / histogram.length;
  const bottom = AXIS_HEIGHT + LANE_HEIGHTS.activity - 2;
  context.fillStyle = themeColor('--activity');
  histogram.forEach((count, index) => {
    if (count === 0) return;
    const height = Math.max(2, Math.sqrt(count / most) * (LANE_HEIGHTS.activity - 5));
    context.beginPath();
    context.roundRect(index * bucket, bottom - height, Math.max(1, bucket - 1), height, 1);
    context.fill();
  });
}

function drawMarker(context: CanvasRenderingContext2D, scale: Scale, y: number, marker: Marker, hovered: boolean): void {
  const x = scale.x(marker.offset);
  context.fillStyle = markerColor(marker);
  const grow = hovered ? 1.5 : 0;
  context.beginPath();
  if (marker.lane === 'network') {
    const width = Math.max(4, scale.x(marker.offset + marker.duration) - x);
    context.roundRect(x, y - 3.5 - grow / 2, width, 7 + grow, 2.5);
  } else if (marker.lane === 'navigation') {
    context.roundRect(x - 1.5, y - 6 - grow / 2, 3 + grow, 12 + grow, 1.5);
  } else if (marker.lane === 'error') {
    diamond(context, x, y, 5.5 + grow);
  } else if (marker.lane === 'console') {
    context.roundRect(x - 3 - grow / 2, y - 3 - grow / 2, 6 + grow, 6 + grow, 1.5);
  } else {
    context.arc(x, y, 3.5 + grow, 0, Math.PI * 2);
  }
  context.fill();
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

function markerColor(marker: Marker): string {
  if (marker.kind === 'backend_error') return themeColor('--backend-error');
  if (marker.failed) return themeColor('--danger');
  const colors: Record<Lane, string> = {
    activity: '--activity',
    navigation: '--nav',
    click: '--click',
    console: '--text-3',
    network: '--network',
    error: '--danger',
  };
  return themeColor(colors[marker.lane]);
}
