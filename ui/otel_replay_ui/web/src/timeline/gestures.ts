/** What pointers, wheels and fingers on the time line mean. */

export interface GestureActions {
  /** Go to the moment at `x`; `dragging` once the pointer has moved. */
  scrub: (x: number, dragging: boolean) => void;
  /** Show `factor` times as much around `x`. Returns false when there is no more to show or hide. */
  zoom: (x: number, factor: number) => boolean;
  /** Move what is shown by so many pixels. Returns false where it ends. */
  pan: (pixels: number) => boolean;
  hover: (x: number, y: number) => void;
  leave: () => void;
}

const DRAG_FROM_PX = 3;
/** A notch of a wheel shows about a quarter less or more. */
const WHEEL_STEP = 0.0022;
const LINE_PX = 16;

export class Gestures {
  /** Fingers and the like that are down, by pointer. */
  private readonly down = new Map<number, { x: number; startX: number }>();
  private dragging = false;

  constructor(
    private readonly track: HTMLElement,
    private readonly actions: GestureActions,
  ) {
    track.addEventListener('pointerdown', (event) => this.onDown(event));
    track.addEventListener('pointermove', (event) => this.onMove(event));
    track.addEventListener('pointerup', (event) => this.onUp(event));
    track.addEventListener('pointercancel', (event) => this.onUp(event));
    track.addEventListener('pointerleave', () => actions.leave());
    track.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
  }

  private x(event: MouseEvent): number {
    return event.clientX - this.track.getBoundingClientRect().left;
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0 || event.ctrlKey || event.metaKey) return; // the browser's: open a mark's link elsewhere
    const x = this.x(event);
    this.down.set(event.pointerId, { x, startX: x });
    this.dragging = false;
    this.track.setPointerCapture(event.pointerId);
    if (this.down.size === 1) this.actions.scrub(x, false);
  }

  private onMove(event: PointerEvent): void {
    const x = this.x(event);
    const known = this.down.get(event.pointerId);
    if (!known) {
      this.actions.hover(x, event.clientY - this.track.getBoundingClientRect().top);
      return;
    }
    if (this.down.size > 1) this.pinch(event.pointerId, x);
    else if (this.dragging || Math.abs(x - known.startX) > DRAG_FROM_PX) {
      this.dragging = true;
      this.actions.scrub(x, true);
    }
    known.x = x;
  }

  private pinch(pointer: number, x: number): void {
    const moved = this.down.get(pointer)!;
    const other = [...this.down].find(([id]) => id !== pointer)![1];
    const before = Math.max(10, Math.abs(moved.x - other.x));
    const now = Math.max(10, Math.abs(x - other.x));
    this.actions.pan((moved.x - x) / 2);
    this.actions.zoom((x + other.x) / 2, before / now);
  }

  private onUp(event: PointerEvent): void {
    this.down.delete(event.pointerId);
  }

  /** Up and down zooms (as pinching a touch pad does, which comes with the control key), sideways pans. */
  private onWheel(event: WheelEvent): void {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const sideways = event.shiftKey ? event.deltaX + event.deltaY : event.deltaX;
    const pans = Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY);
    const speed = event.ctrlKey ? 4 : 1;
    const taken = pans ? this.actions.pan(sideways * unit) : this.actions.zoom(this.x(event), Math.exp(event.deltaY * unit * WHEEL_STEP * speed));
    if (taken || event.ctrlKey) event.preventDefault();
  }
}
