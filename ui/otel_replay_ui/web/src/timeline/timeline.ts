/** The time line: everything that happened, in lanes over one axis; a click or drag seeks, a wheel or pinch zooms. */

import { clockNote } from '../lib/clockerror';
import { h, setText } from '../lib/dom';
import { clockTime } from '../lib/format';
import { icon } from '../lib/icons';
import { linearScale, type Scale } from '../lib/scale';
import { onThemeChange } from '../lib/theme';
import type { Manifest, SessionEvent } from '../lib/types';
import { allGaps, sessionDuration, unrecorded } from '../player/manifest';
import type { Damage } from '../player/window';
import { draw, type Shade } from './draw';
import { Gestures } from './gestures';
import { AXIS_HEIGHT, laneAt, LANES, TOTAL_HEIGHT } from './lanes';
import { activityHistogram, nearestMarker, toMarkers, type Marker } from './markers';
import { Marks } from './marks';
import { Overview } from './overview';
import { isWhole, pan, reveal, within, zoom, type Range } from './range';
import { Tooltip } from './tooltip';

const BUCKET_PX = 5;
const UNRECORDED_MIN_MS = 1500;
const REACH_PX = 7;
/** Room at the right end, so that the last mark is whole. */
const END_PX = 12;
const ZOOM_STEP = 0.5;

/** A picture of a moment, shown in the tool tip. */
export interface Preview {
  readonly element: HTMLElement;
  show(t: number): void;
  hide(): void;
}

export class Timeline {
  readonly element: HTMLElement;
  private readonly canvas = h('canvas', { class: 'timeline-canvas', 'aria-hidden': 'true' });
  private readonly playhead = h('div', { class: 'playhead', role: 'slider', tabindex: '0', 'aria-label': 'Playhead', 'aria-valuemin': 0 });
  private readonly hoverLine = h('div', { class: 'hover-line', hidden: true });
  private readonly tooltip: Tooltip;
  private readonly noteText = h('span', {});
  private readonly note = h('p', { class: 'timeline-note', hidden: true, data: { testid: 'clock-note' } }, icon('clock', 13), this.noteText);
  private readonly track: HTMLElement;
  private readonly marks: Marks;
  private readonly overview: Overview;
  private readonly zoomOut: HTMLButtonElement;
  private readonly zoomAll: HTMLButtonElement;
  private manifest: Manifest;
  private damage: Damage[] = [];
  private hovered: Marker | null = null;
  private scale: Scale = linearScale(0, 1, 1);
  private range: Range;
  private time = 0;
  private drawing = 0;

  constructor(
    manifest: Manifest,
    private readonly onSeek: (t: number) => void,
    private readonly preview: Preview | null = null,
  ) {
    this.manifest = manifest;
    this.range = { from: 0, to: this.duration };
    this.tooltip = new Tooltip(preview?.element ?? null);
    this.marks = new Marks({ seek: onSeek, reveal: (t) => this.show(reveal(this.range, t, this.duration)) });
    this.overview = new Overview((from) => this.show(pan(this.range, from - this.range.from, this.duration)));
    this.zoomOut = zoomButton('minus', 'Show more (-)', () => this.zoomBy(1 / ZOOM_STEP));
    this.zoomAll = zoomButton('expandSideways', 'Show the whole session (0)', () => this.showAll());
    this.track = h('div', { class: 'timeline-track', data: { testid: 'timeline-track' } }, this.canvas, this.hoverLine, this.playhead, this.marks.layer, this.tooltip.element);
    this.element = h(
      'section',
      { class: 'timeline', 'aria-label': 'Time line', data: { testid: 'timeline' } },
      this.labels(),
      h('div', { class: 'timeline-lanes' }, this.track, this.overview.element),
      this.marks.list,
      this.note,
    );
    this.showNote();
    this.track.style.height = `${TOTAL_HEIGHT}px`;
    new ResizeObserver(() => this.show(this.range)).observe(this.track);
    onThemeChange(() => this.redraw());
    new Gestures(this.track, {
      scrub: (x, dragging) => this.scrub(x, dragging),
      zoom: (x, factor) => this.change(zoom(this.range, this.clampTime(x), factor, this.duration)),
      pan: (pixels) => this.change(pan(this.range, (pixels / this.scale.width) * (this.range.to - this.range.from), this.duration)),
      hover: (x, y) => this.hover(x, y),
      leave: () => this.endHover(),
    });
  }

  setManifest(manifest: Manifest): void {
    const whole = isWhole(this.range, this.duration);
    this.manifest = manifest;
    this.showNote();
    this.show(whole ? { from: 0, to: this.duration } : this.range);
  }

  setEvents(events: SessionEvent[]): void {
    this.marks.setMarkers(toMarkers(events));
    this.redraw();
  }

  setDamage(damage: Damage[]): void {
    this.damage = damage;
    this.redraw();
  }

  /** Keeps the playhead in sight, where the stretch that is shown is one that the playhead was in. */
  setTime(t: number): void {
    const wasInSight = this.time >= this.range.from && this.time <= this.range.to;
    this.time = t;
    if (wasInSight && this.hovered === null) {
      const range = reveal(this.range, t, this.duration);
      if (range !== this.range) this.show(range);
    }
    const x = this.scale.x(t);
    this.playhead.style.transform = `translateX(${x}px)`;
    this.playhead.classList.toggle('beyond', x < -1 || x > this.scale.width + END_PX);
    this.playhead.setAttribute('aria-valuenow', String(Math.round(t)));
    this.playhead.setAttribute('aria-valuetext', clockTime(t));
    this.marks.setTime(t);
  }

  /** Around the playhead, where it is in sight. */
  zoomBy(factor: number): void {
    const { from, to } = this.range;
    const at = this.time >= from && this.time <= to ? this.time : (from + to) / 2;
    this.show(zoom(this.range, at, factor, this.duration));
  }

  zoomIn(): void {
    this.zoomBy(ZOOM_STEP);
  }

  showAll(): void {
    this.show({ from: 0, to: this.duration });
  }

  private get duration(): number {
    return Math.max(1, sessionDuration(this.manifest));
  }

  private change(range: Range): boolean {
    const changed = range.from !== this.range.from || range.to !== this.range.to;
    if (changed) this.show(range);
    return changed;
  }

  private show(range: Range): void {
    const width = this.track.clientWidth;
    if (width === 0) return;
    this.range = within(range, this.duration);
    const whole = isWhole(this.range, this.duration);
    this.overview.show(this.range, this.duration, whole);
    this.zoomOut.disabled = this.zoomAll.disabled = whole;
    this.element.classList.toggle('zoomed', !whole);
    this.scale = linearScale(this.range.from, this.range.to, width - END_PX);
    this.playhead.setAttribute('aria-valuemax', String(Math.round(this.duration)));
    this.marks.setScale(this.scale);
    this.setTime(this.time);
    this.redraw();
  }

  private redraw(): void {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const context = this.canvas.getContext('2d');
    const width = this.track.clientWidth;
    if (!context || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(TOTAL_HEIGHT * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { from, to } = this.range;
    const histogram = activityHistogram(this.manifest, from, to, Math.max(1, Math.floor(this.scale.width / BUCKET_PX)));
    draw(context, { scale: this.scale, histogram, lanes: this.marks.lanes, shades: this.shades() }, width);
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

  private scrub(x: number, dragging: boolean): void {
    this.onSeek(!dragging && this.hovered ? this.hovered.offset : this.clampTime(x));
  }

  private clampTime(x: number): number {
    return Math.max(0, Math.min(this.duration, this.scale.time(x)));
  }

  private hover(x: number, y: number): void {
    const lane = laneAt(y);
    const inLane = (lane && this.marks.lanes.get(lane)) ?? [];
    const toX = (t: number): number => this.scale.x(t);
    const marker = nearestMarker(inLane, x, toX, REACH_PX);
    if (marker !== this.hovered) this.marks.point(marker);
    this.hovered = marker;
    this.hoverLine.hidden = false;
    this.hoverLine.style.transform = `translateX(${x}px)`;
    const t = this.clampTime(x);
    const others = marker ? inLane.filter((other) => Math.abs(toX(other.offset) - toX(marker.offset)) < REACH_PX).length - 1 : 0;
    this.preview?.show(marker?.offset ?? t);
    const shade = this.shades().find(({ from, to }) => t >= from && t <= to);
    this.tooltip.show({ t, marker, others, shade }, x, this.scale.width);
  }

  private endHover(): void {
    this.hovered = null;
    this.marks.point(null);
    this.hoverLine.hidden = true;
    this.tooltip.hide();
    this.preview?.hide();
  }

  private labels(): HTMLElement {
    const labels = LANES.map(({ lane, label, height }) => h('div', { class: `lane-label lane-${lane}`, style: { height: `${height}px` } }, label));
    return h(
      'div',
      { class: 'lane-labels' },
      h('div', { class: 'zoom', role: 'group', 'aria-label': 'Zoom', style: { height: `${AXIS_HEIGHT}px` } }, this.zoomOut, zoomButton('plus', 'Show less, and larger (+)', () => this.zoomIn()), this.zoomAll),
      h('div', { 'aria-hidden': 'true' }, ...labels),
    );
  }
}

function zoomButton(name: 'minus' | 'plus' | 'expandSideways', label: string, click: () => void): HTMLButtonElement {
  return h('button', { class: 'zoom-button', type: 'button', title: label, 'aria-label': label, on: { click } }, icon(name, 13));
}
