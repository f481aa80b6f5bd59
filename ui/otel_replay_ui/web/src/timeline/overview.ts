/** A strip for the whole session under the lanes, with a handle for the stretch that is shown; there while zoomed. */

import { h } from '../lib/dom';
import type { Range } from './range';

export class Overview {
  private readonly handle = h('div', { class: 'overview-handle' });
  readonly element = h('div', { class: 'overview idle', 'aria-hidden': 'true', data: { testid: 'timeline-overview' } }, this.handle);
  private total = 1;
  private range: Range = { from: 0, to: 1 };

  constructor(private readonly panTo: (from: number) => void) {
    this.element.addEventListener('pointerdown', (event) => this.drag(event));
  }

  show(range: Range, total: number, whole: boolean): void {
    this.range = range;
    this.total = total;
    // Its room stays, so that nothing moves when it comes.
    this.element.classList.toggle('idle', whole);
    this.handle.style.left = `${(range.from / total) * 100}%`;
    this.handle.style.width = `${((range.to - range.from) / total) * 100}%`;
  }

  private timeAt(event: PointerEvent): number {
    const box = this.element.getBoundingClientRect();
    return ((event.clientX - box.left) / Math.max(1, box.width)) * this.total;
  }

  /** Beside the handle a press moves its middle there; on it, it is dragged from where it was taken. */
  private drag(event: PointerEvent): void {
    const length = this.range.to - this.range.from;
    const at = this.timeAt(event);
    const grip = event.target === this.handle ? at - this.range.from : length / 2;
    this.panTo(at - grip);
    this.element.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent): void => this.panTo(this.timeAt(moved) - grip);
    this.element.addEventListener('pointermove', move);
    this.element.addEventListener('lostpointercapture', () => this.element.removeEventListener('pointermove', move), { once: true });
  }
}
