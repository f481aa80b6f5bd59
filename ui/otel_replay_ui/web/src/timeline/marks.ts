/**
 * The canvas' marks as links: one under the pointer, one for the keyboard that moves from mark to mark, and a
 * list for those who do not see the canvas.
 */

import { fill, h } from '../lib/dom';
import { clockTime, plural } from '../lib/format';
import type { Scale } from '../lib/scale';
import { placeOf, type Lane } from './lanes';
import { byLane, nameOf, type Marker } from './markers';
import { isStep, nearestInTime, stepFrom } from './rove';

/** So many are in the list; the arrow keys reach all. */
const LISTED_MARKERS = 2000;
const MARK_PX = 16;

/** The page's address at a moment. */
export function momentHref(t: number): string {
  const url = new URL(location.href);
  url.searchParams.set('t', String(Math.round(t)));
  return url.pathname + url.search;
}

export interface MarkActions {
  seek: (t: number) => void;
  /** Bring a moment into sight. */
  reveal: (t: number) => void;
}

export class Marks {
  /** Lies over the track; has the links. */
  readonly layer = h('div', { class: 'mark-layer', role: 'group', 'aria-label': 'Marks: arrow keys lead from one to the next, Enter goes there' });
  readonly list = h('ol', { class: 'visually-hidden', 'aria-label': 'Marks on the time line', data: { testid: 'marker-list' } });
  lanes: ReadonlyMap<Lane, Marker[]> = new Map();
  private markers: readonly Marker[] = [];
  private readonly pointed = h('a', { class: 'mark-link', tabindex: '-1', 'aria-hidden': 'true', hidden: true });
  private focused: Marker | null = null;
  private link: HTMLAnchorElement | null = null;
  private scale: Scale | null = null;
  private time = 0;

  constructor(private readonly actions: MarkActions) {
    this.layer.append(this.pointed);
    this.layer.addEventListener('keydown', (event) => this.onKey(event));
    this.layer.addEventListener('focusin', () => this.focused && this.actions.reveal(this.focused.offset));
    // A press goes to the track below, which seeks; what is left to do is not to load the page anew.
    this.pointed.addEventListener('click', (event) => stayUnlessElsewhere(event));
    this.pointed.draggable = false;
  }

  setMarkers(markers: readonly Marker[]): void {
    this.markers = markers;
    this.lanes = byLane(markers);
    this.point(null);
    this.focused = markers.find((marker) => marker.id === this.focused?.id) ?? null;
    if (!this.holdsFocus) this.offer();
    this.fillList();
  }

  /** Where the marks lie now. */
  setScale(scale: Scale): void {
    this.scale = scale;
    this.point(null);
    this.place(this.link, this.focused);
  }

  /** The mark that the keyboard comes to first is the one nearest to the playhead. */
  setTime(t: number): void {
    this.time = t;
    if (!this.holdsFocus) this.offer();
  }

  /** The mark under the pointer is a link of its own. */
  point(marker: Marker | null): void {
    this.pointed.hidden = marker === null;
    if (!marker) return;
    this.pointed.href = momentHref(marker.offset);
    this.place(this.pointed, marker);
  }

  private get holdsFocus(): boolean {
    return this.link !== null && this.link === document.activeElement;
  }

  private offer(): void {
    const nearest = nearestInTime(this.markers, this.time);
    if (nearest === this.focused && this.link) return;
    this.focused = nearest;
    this.link?.remove();
    this.link = nearest && this.makeLink(nearest);
    if (this.link) this.layer.append(this.link);
  }

  /** A new element for each mark, so that moving on is announced. */
  private makeLink(marker: Marker): HTMLAnchorElement {
    const lane = this.lanes.get(marker.lane) ?? [];
    const label = `${clockTime(marker.offset, true)} ${nameOf(marker)}, ${lane.indexOf(marker) + 1} of ${lane.length}`;
    const go = (event: MouseEvent): void => {
      if (stayUnlessElsewhere(event)) this.actions.seek(marker.offset);
    };
    const link = h('a', { class: 'mark-link keyed', href: momentHref(marker.offset), 'aria-label': label, data: { testid: 'mark-link', 'offset-ms': marker.offset, lane: marker.lane }, on: { click: go } });
    this.place(link, marker);
    return link;
  }

  private onKey(event: KeyboardEvent): void {
    if (!this.focused || !isStep(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const next = stepFrom(this.lanes, this.focused, event.key);
    if (!next || next === this.focused) return;
    const before = this.link;
    this.focused = next;
    this.link = this.makeLink(next);
    this.layer.append(this.link);
    this.link.focus();
    before?.remove();
  }

  private place(link: HTMLElement | null, marker: Marker | null): void {
    if (!link || !marker || !this.scale) return;
    const from = this.scale.x(marker.offset);
    const to = marker.duration > 0 ? this.scale.x(marker.offset + marker.duration) : from;
    // Of what reaches out of sight, only what is in sight can be pointed at.
    const left = Math.max(-MARK_PX, from - MARK_PX / 2);
    const right = Math.min(this.scale.width + MARK_PX, Math.max(from, to) + MARK_PX / 2);
    const { middle } = placeOf(marker.lane);
    link.style.transform = `translate(${left}px, ${middle - MARK_PX / 2}px)`;
    link.style.width = `${Math.max(MARK_PX, right - left)}px`;
    link.classList.toggle('beyond', from > this.scale.width + MARK_PX || to < -MARK_PX);
  }

  private fillList(): void {
    const shown = this.markers.length > LISTED_MARKERS ? [...this.markers].sort((a, b) => Number(b.failed) - Number(a.failed)).slice(0, LISTED_MARKERS) : [...this.markers];
    shown.sort((a, b) => a.offset - b.offset);
    const rest = this.markers.length - shown.length;
    fill(this.list, ...shown.map((marker) => this.listItem(marker)), rest > 0 && h('li', {}, `and ${plural(rest, 'more mark')}, which the arrow keys reach`));
  }

  private listItem(marker: Marker): HTMLElement {
    const go = (event: MouseEvent): void => {
      if (stayUnlessElsewhere(event)) this.actions.seek(marker.offset);
    };
    const data = { 'offset-ms': marker.offset, kind: marker.kind, lane: marker.lane, failed: String(marker.failed), source: marker.source };
    const href = momentHref(marker.offset);
    return h('li', { data }, h('a', { href, tabindex: '-1', on: { click: go } }, `${clockTime(marker.offset, true)} ${nameOf(marker)}`));
  }
}

/** True when a click on a link means this page; otherwise the browser opens the link as it does any. */
function stayUnlessElsewhere(event: MouseEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return false;
  event.preventDefault();
  return true;
}
