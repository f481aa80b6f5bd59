/** The time line: everything that happened, in lanes over one axis; a click or drag seeks. */

import { clockNote } from '../lib/clockerror';
import { h, fill, setText } from '../lib/dom';
import { clockTime, duration as formatDuration, plural } from '../lib/format';
import { icon } from '../lib/icons';
import { linearScale, type Scale } from '../lib/scale';
import { onThemeChange } from '../lib/theme';
import type { Manifest, SessionEvent } from '../lib/types';
import { allGaps, sessionDuration, unrecorded } from '../player/manifest';
import type { Damage } from '../player/window';
import { AXIS_HEIGHT, draw, laneTops, LANE_HEIGHTS, totalHeight, type Shade } from './draw';
import { activityHistogram, LANES, nearestMarker, toMarkers, type Lane, type Marker } from './markers';

const BUCKET_PX = 5;
const UNRECORDED_MIN_MS = 1500;
const LISTED_MARKERS = 2000;
const REACH_PX = 7;

const KIND_LABELS: Record<string, string> = {
  navigation: 'Page',
  click: 'Click',
  console: 'Console',
  request: 'Request',
  error: 'Error',
  backend_error: 'Backend error',
};

export class Timeline {
  readonly element: HTMLElement;
  private readonly canvas = h('canvas', { class: 'timeline-canvas', 'aria-hidden': 'true' });
  private readonly playhead = h('div', { class: 'playhead', 'aria-hidden': 'true' });
  private readonly hoverLine = h('div', { class: 'hover-line', hidden: true });
  private readonly tooltip = h('div', { class: 'tooltip', role: 'tooltip', hidden: true });
  private readonly noteText = h('span', {});
  private readonly note = h('p', { class: 'timeline-note', hidden: true, data: { testid: 'clock-note' } }, icon('clock', 13), this.noteText);
  private readonly track: HTMLElement;
  private readonly list = h('ol', { class: 'visually-hidden', 'aria-label': 'Markers on the time line', data: { testid: 'marker-list' } });
  private manifest: Manifest;
  private markers: Marker[] = [];
  private damage: Damage[] = [];
  private hovered: Marker | null = null;
  private scale: Scale = linearScale(0, 1, 1);
  private time = 0;
  private drawing = 0;

  constructor(
    manifest: Manifest,
    private readonly onSeek: (t: number) => void,
  ) {
    this.manifest = manifest;
    this.track = h(
      'div',
      { class: 'timeline-track', tabindex: '0', role: 'slider', 'aria-label': 'Time line', 'aria-valuemin': 0 },
      this.canvas,
      this.hoverLine,
      this.playhead,
      this.tooltip,
    );
    this.element = h(
      'section',
      { class: 'timeline', 'aria-label': 'Time line', data: { testid: 'timeline' } },
      laneLabels(),
      this.track,
      this.list,
      this.note,
    );
    this.showNote();
    this.track.style.height = `${totalHeight()}px`;
    new ResizeObserver(() => this.resize()).observe(this.track);
    onThemeChange(() => this.redraw());
    this.listen();
  }

  setManifest(manifest: Manifest): void {
    this.manifest = manifest;
    this.showNote();
    this.resize();
  }

  setEvents(events: SessionEvent[]): void {
    this.markers = toMarkers(events);
    this.listMarkers();
    this.redraw();
  }

  setDamage(damage: Damage[]): void {
    this.damage = damage;
    this.redraw();
  }

  setTime(t: number): void {
    this.time = t;
    this.playhead.style.transform = `translateX(${this.scale.x(t)}px)`;
    this.track.setAttribute('aria-valuenow', String(Math.round(t)));
    this.track.setAttribute('aria-valuetext', clockTime(t));
  }

  private get duration(): number {
    return Math.max(1, sessionDuration(this.manifest));
  }

  private resize(): void {
    const width = this.track.clientWidth;
    if (width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(totalHeight() * ratio);
    this.scale = linearScale(0, this.duration, width - 12);
    this.track.setAttribute('aria-valuemax', String(Math.round(this.duration)));
    this.setTime(this.time);
    this.paint();
  }

  private redraw(): void {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const context = this.canvas.getContext('2d');
    if (!context || this.canvas.width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, {
      scale: this.scale,
      height: totalHeight(),
      histogram: activityHistogram(this.manifest, this.duration, Math.max(1, Math.floor(this.scale.width / BUCKET_PX))),
      markers: this.markers,
      shades: this.shades(),
      hovered: this.hovered,
    });
  }

  private shades(): Shade[] {
    return [
      ...unrecorded(this.manifest, UNRECORDED_MIN_MS).map((stretch): Shade => ({ ...stretch, kind: 'unrecorded' })),
      ...allGaps(this.manifest).map((gap): Shade => ({ from: gap.start_offset_ms, to: gap.end_offset_ms, kind: 'missing' })),
      ...this.damage.map((item): Shade => ({ from: item.from, to: item.to, kind: 'damaged' })),
    ];
  }

  private showNote(): void {
    const text = clockNote(this.manifest);
    this.note.hidden = text === '';
    setText(this.noteText, text);
  }

  /** The same for those who do not see the canvas. */
  private listMarkers(): void {
    const shown = [...this.markers].sort((a, b) => Number(b.failed) - Number(a.failed)).slice(0, LISTED_MARKERS);
    shown.sort((a, b) => a.offset - b.offset);
    fill(this.list, ...shown.map((marker) => listItem(marker)));
  }

  private listen(): void {
    const { track } = this;
    track.addEventListener('pointerdown', (event) => this.startDrag(event));
    track.addEventListener('pointermove', (event) => this.hover(event));
    track.addEventListener('pointerleave', () => this.endHover());
  }

  private startDrag(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { x } = this.locate(event);
    this.onSeek(this.hovered ? this.hovered.offset : this.clampTime(x));
    this.track.setPointerCapture(event.pointerId);
    const startX = event.clientX;
    const move = (moved: PointerEvent): void => {
      if (Math.abs(moved.clientX - startX) > 3) this.onSeek(this.clampTime(this.locate(moved).x));
    };
    this.track.addEventListener('pointermove', move);
    this.track.addEventListener('pointerup', () => this.track.removeEventListener('pointermove', move), { once: true });
  }

  private clampTime(x: number): number {
    return Math.max(0, Math.min(this.duration, this.scale.time(x)));
  }

  private locate(event: PointerEvent): { x: number; lane: Lane | null } {
    const box = this.track.getBoundingClientRect();
    const y = event.clientY - box.top;
    const tops = laneTops();
    const found = LANES.find(({ lane }) => y >= tops.get(lane)! && y < tops.get(lane)! + LANE_HEIGHTS[lane]);
    return { x: event.clientX - box.left, lane: y < AXIS_HEIGHT ? null : (found?.lane ?? null) };
  }

  private hover(event: PointerEvent): void {
    const { x, lane } = this.locate(event);
    const hovered = nearestMarker(this.markers, lane, x, (t) => this.scale.x(t), REACH_PX);
    if (hovered !== this.hovered) this.redraw();
    this.hovered = hovered;
    this.hoverLine.hidden = false;
    this.hoverLine.style.transform = `translateX(${x}px)`;
    this.showTooltip(x, lane);
  }

  private endHover(): void {
    this.hovered = null;
    this.hoverLine.hidden = true;
    this.tooltip.hidden = true;
    this.redraw();
  }

  private showTooltip(x: number, lane: Lane | null): void {
    const { tooltip, hovered } = this;
    fill(tooltip, h('span', { class: 'tooltip-time' }, clockTime(hovered ? hovered.offset : this.clampTime(x), true)));
    const shade = hovered ? undefined : this.shadeAt(this.clampTime(x));
    if (hovered) tooltip.append(...describe(hovered, this.neighbours(hovered)));
    else if (shade) tooltip.append(h('span', { class: 'tooltip-title' }, shadeText(shade)));
    else if (lane) tooltip.append(h('span', { class: 'tooltip-kind' }, 'Click to go there'));
    tooltip.hidden = false;
    const right = x > this.scale.width - 260;
    tooltip.style.transform = right ? `translate(${x - 10}px, -100%) translateX(-100%)` : `translate(${x + 10}px, -100%)`;
  }

  private shadeAt(t: number): Shade | undefined {
    return this.shades().find((shade) => t >= shade.from && t <= shade.to);
  }

  private neighbours(marker: Marker): number {
    const x = this.scale.x(marker.offset);
    return this.markers.filter((other) => other.lane === marker.lane && Math.abs(this.scale.x(other.offset) - x) < REACH_PX).length - 1;
  }
}

function laneLabels(): HTMLElement {
  const labels = LANES.map(({ lane, label }) => {
    const element = h('div', { class: `lane-label lane-${lane}` }, label);
    element.style.height = `${LANE_HEIGHTS[lane]}px`;
    return element;
  });
  return h('div', { class: 'lane-labels', style: { 'padding-top': `${AXIS_HEIGHT}px` }, 'aria-hidden': 'true' }, ...labels);
}

function listItem(marker: Marker): HTMLElement {
  const label = KIND_LABELS[marker.kind] ?? marker.kind;
  const item = h('li', { data: { 'offset-ms': marker.offset, kind: marker.kind, lane: marker.lane, failed: String(marker.failed), source: marker.source } });
  setText(item, `${clockTime(marker.offset, true)} ${label}: ${marker.title}`);
  return item;
}

function describe(marker: Marker, neighbours: number): HTMLElement[] {
  const label = KIND_LABELS[marker.kind] ?? marker.kind;
  const length = marker.duration > 0 ? ` · ${formatDuration(marker.duration)}` : '';
  const parts = [
    h('span', { class: `tooltip-kind${marker.failed ? ' danger' : ''}` }, label + length),
    h('span', { class: 'tooltip-title' }, marker.title),
  ];
  if (neighbours > 0) parts.push(h('span', { class: 'tooltip-kind' }, `and ${plural(neighbours, 'more', 'more')} here`));
  return parts;
}

function shadeText(shade: Shade): string {
  const texts = { missing: 'A part of the recording is missing', damaged: 'A part of the recording is damaged', unrecorded: 'No page was open' };
  return texts[shade.kind];
}
