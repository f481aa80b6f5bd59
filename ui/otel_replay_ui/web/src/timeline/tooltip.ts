/** What is at the pointer: the moment, the mark, and the picture of it. */

import { fill, h } from '../lib/dom';
import { clockTime, duration as formatDuration, plural, urlPath } from '../lib/format';
import type { Shade } from './draw';
import type { Marker } from './markers';

export interface Pointed {
  t: number;
  marker: Marker | null;
  /** Other marks in the same place. */
  others: number;
  shade: Shade | undefined;
}

export class Tooltip {
  readonly element: HTMLElement;
  private readonly text = h('div', { class: 'tooltip-text' });

  /** `picture` is put over the text; whoever owns it fills and hides it. */
  constructor(picture: HTMLElement | null) {
    this.element = h('div', { class: 'tooltip', role: 'tooltip', hidden: true }, picture, this.text);
  }

  show(pointed: Pointed, x: number, width: number): void {
    fill(this.text, h('span', { class: 'tooltip-time' }, clockTime(pointed.marker?.offset ?? pointed.t, true)), ...lines(pointed));
    this.element.hidden = false;
    const half = this.element.offsetWidth / 2;
    const left = Math.max(half - 70, Math.min(width - half + 10, x));
    this.element.style.transform = `translate(${left}px, -100%) translateX(-50%)`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

function lines({ marker, others, shade }: Pointed): HTMLElement[] {
  if (marker) return [...describe(marker), ...(others > 0 ? [h('span', { class: 'tooltip-kind' }, `and ${plural(others, 'more', 'more')} here`)] : [])];
  return shade ? [h('span', { class: 'tooltip-title' }, shadeText(shade))] : [];
}

function describe(marker: Marker): HTMLElement[] {
  const length = marker.duration > 0 ? ` · ${formatDuration(marker.duration)}` : '';
  const kind = h('span', { class: `tooltip-kind${marker.failed ? ' danger' : ''}` }, marker.label + length);
  const title = marker.lane === 'navigation' ? urlPath(marker.title) : marker.title;
  return title ? [kind, h('span', { class: 'tooltip-title' }, title)] : [kind];
}

function shadeText(shade: Shade): string {
  const texts = { missing: 'A part of the recording is missing', damaged: 'A part of the recording is damaged', unrecorded: 'No page was open' };
  return texts[shade.kind];
}
