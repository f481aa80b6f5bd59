/**
 * A list of rows of one height. Long lists keep only the rows in sight in the document; short ones keep
 * all, so that the browser's own search and assistive technology see them.
 */

import { h } from './dom';
import { morph } from './morph';

const VIRTUAL_FROM = 400;
const OVERSCAN = 8;
/** After a jump only what is in sight is made at once; what lies around it once the list rests. */
const REST_MS = 120;

export interface ListOptions<T> {
  rowHeight: number;
  label: string;
  render: (item: T, index: number) => HTMLElement;
  /** Rows have no handlers of their own: one that leaves the sight may become another. */
  reuse?: boolean;
  /** Enter or click on a row. */
  onPick?: (item: T) => void;
  /** The arrow keys have moved on to a row. */
  onMove?: (item: T) => void;
  /** The rows in sight have changed; both ends are included. */
  onRange?: (first: number, last: number) => void;
}

export class ListView<T> {
  readonly element: HTMLElement;
  private readonly inner: HTMLElement;
  private items: readonly T[] = [];
  private readonly rows = new Map<number, HTMLElement>();
  private current = -1;
  private selected = -1;
  private inSight = '';
  private focused = 0;
  private height = 0;
  private scrolledAt = -Infinity;
  private ownScroll = false;
  /** The rows that are there: the first, and the one after the last. */
  private made: [number, number] = [0, 0];
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ListOptions<T>) {
    this.inner = h('div', { class: 'rows', role: 'list', 'aria-label': options.label });
    this.element = h('div', { class: 'row-list' }, this.inner);
    this.inner.style.setProperty('--row-height', `${options.rowHeight}px`);
    this.element.addEventListener('scroll', () => this.onScroll(), { passive: true });
    this.inner.addEventListener('keydown', (event) => this.onKey(event));
    this.inner.addEventListener('click', (event) => this.onClick(event));
    new ResizeObserver(() => this.measure()).observe(this.element);
  }

  /** Decoration over the rows, as high as all of them. */
  addOverlay(element: HTMLElement): void {
    this.inner.append(element);
  }

  setItems(items: readonly T[]): void {
    this.items = items;
    this.inner.style.height = `${items.length * this.options.rowHeight}px`;
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.made = [0, 0];
    this.inSight = '';
    this.focused = Math.min(this.focused, Math.max(0, items.length - 1));
    this.renderVisible();
  }

  /** Mark one row as the one at the playhead, and keep it in sight unless the viewer is scrolling. */
  setCurrent(index: number, follow: boolean): void {
    if (index === this.current) return;
    this.mark(this.current, false);
    this.current = index;
    this.mark(index, true);
    if (follow && index >= 0 && performance.now() - this.scrolledAt > 4000) this.reveal(index);
  }

  /** Mark the row whose details are shown; -1 for none. */
  setSelected(index: number): void {
    this.rows.get(this.selected)?.classList.remove('selected');
    this.selected = index;
    this.rows.get(index)?.classList.add('selected');
  }

  /** Give a row the keyboard. */
  focus(index: number): void {
    if (index >= 0 && index < this.items.length) this.focusRow(index);
  }

  reveal(index: number): void {
    const { rowHeight } = this.options;
    const top = index * rowHeight;
    const { scrollTop, clientHeight } = this.element;
    if (top >= scrollTop && top + rowHeight <= scrollTop + clientHeight) return;
    this.ownScroll = true;
    this.element.scrollTop = Math.max(0, top - clientHeight / 2);
  }

  private mark(index: number, on: boolean): void {
    const row = this.rows.get(index);
    row?.classList.toggle('current', on);
    if (on) row?.setAttribute('aria-current', 'true');
    else row?.removeAttribute('aria-current');
  }

  private onScroll(): void {
    if (!this.ownScroll) this.scrolledAt = performance.now();
    this.ownScroll = false;
    this.renderVisible();
  }

  /** Asking for it while rows change would lay the page out twice for each frame. */
  private measure(): void {
    const wasHidden = this.height === 0;
    this.height = this.element.clientHeight;
    if (wasHidden && this.height > 0 && this.current >= 0) this.reveal(this.current);
    this.renderVisible();
  }

  private range(scrollTop: number, around: number): [number, number] {
    if (this.items.length <= VIRTUAL_FROM) return [0, this.items.length];
    const { rowHeight } = this.options;
    const first = Math.floor(scrollTop / rowHeight);
    const last = Math.ceil((scrollTop + this.height) / rowHeight);
    return [Math.max(0, first - around), Math.min(this.items.length, last + around)];
  }

  private renderVisible(): void {
    const { scrollTop } = this.element;
    const [from, to] = this.range(scrollTop, OVERSCAN);
    const jumped = from >= this.made[1] || to <= this.made[0];
    clearTimeout(this.resting);
    if (jumped && this.rows.size > 0) this.resting = setTimeout(() => this.make(from, to), REST_MS);
    this.make(...(jumped ? this.range(scrollTop, 0) : ([from, to] as const)));
    this.tellRange(scrollTop);
  }

  private make(from: number, to: number): void {
    const free: HTMLElement[] = [];
    for (const [index, row] of this.rows) {
      if (index >= from && index < to) continue;
      if (row.contains(document.activeElement)) continue; // removing it would lose the keyboard's place
      this.rows.delete(index);
      free.push(row);
    }
    for (let index = from; index < to; index += 1) if (!this.rows.has(index)) this.addRow(index, this.options.reuse ? free.pop() : undefined);
    for (const row of free) row.remove();
    this.made = [from, to];
  }

  private tellRange(scrollTop: number): void {
    const { rowHeight, onRange } = this.options;
    if (!onRange || this.height === 0 || this.items.length === 0) return;
    const first = Math.min(this.items.length - 1, Math.floor(scrollTop / rowHeight));
    const last = Math.min(this.items.length - 1, Math.floor((scrollTop + this.height - 1) / rowHeight));
    const key = `${first} ${last}`;
    if (key === this.inSight) return;
    this.inSight = key;
    onRange(first, last);
  }

  private addRow(index: number, old?: HTMLElement): void {
    const made = this.options.render(this.items[index]!, index);
    made.classList.add('list-row');
    made.style.top = `${index * this.options.rowHeight}px`; // a transform for each row would cost more than all else
    made.setAttribute('role', 'listitem');
    made.dataset['index'] = String(index);
    made.tabIndex = index === this.focused ? 0 : -1;
    if (index === this.selected) made.classList.add('selected');
    // What stays in the document keeps its styles and most of its layout.
    if (old) morph(old, made);
    else this.inner.append(made);
    this.rows.set(index, old ?? made);
    if (index === this.current) this.mark(index, true);
  }

  private indexOf(target: EventTarget | null): number {
    const row = target instanceof Element ? target.closest<HTMLElement>('.list-row') : null;
    return row ? Number(row.dataset['index']) : -1;
  }

  private onClick(event: MouseEvent): void {
    const target = event.target as Element;
    const index = this.indexOf(target);
    if (index < 0 || target.closest('button, a')) return;
    this.focused = index;
    this.options.onPick?.(this.items[index]!);
  }

  private onKey(event: KeyboardEvent): void {
    const index = this.indexOf(event.target);
    if (index < 0) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    const step = steps[event.key];
    if (step !== undefined) this.moveTo(index + step);
    else if (event.key === 'Home') this.moveTo(0);
    else if (event.key === 'End') this.moveTo(this.items.length - 1);
    else if (event.key === 'Enter' && event.target === this.rows.get(index)) this.options.onPick?.(this.items[index]!);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private moveTo(index: number): void {
    this.focusRow(index);
    this.options.onMove?.(this.items[this.focused]!);
  }

  private focusRow(wanted: number): void {
    const index = Math.max(0, Math.min(this.items.length - 1, wanted));
    this.rows.get(this.focused)?.setAttribute('tabindex', '-1');
    this.focused = index;
    this.reveal(index);
    this.renderVisible();
    const row = this.rows.get(index);
    row?.setAttribute('tabindex', '0');
    row?.focus({ preventScroll: true });
  }
}
