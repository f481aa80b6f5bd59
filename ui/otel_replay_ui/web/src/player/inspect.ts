/**
 * Inspection: the picture stands still, and what is pointed at is named. All of it happens outside the frame, which stays
 * as closed as it is: a layer over it takes the pointer, and the page is only read.
 */

import { copyText } from '../lib/chrome';
import { fill, h } from '../lib/dom';
import type { Engine } from './engine';
import { childrenOf, elementAt, pageBoxOf, parentOf, rootOf, textOf } from './foreign';
import { selectorOf } from './selector';

const SHOWN_TEXT = 120;
const LABEL_ROOM_PX = 84;

export class Inspector {
  private readonly outline = h('div', { class: 'inspect-outline', hidden: true });
  private readonly label = h('div', { class: 'inspect-label', role: 'status', data: { testid: 'inspect-label' } });
  readonly element = h(
    'div',
    { class: 'inspector', tabindex: '0', role: 'application', 'aria-label': 'Inspecting the page: arrow keys lead to parent, child and neighbours, Enter copies the text, Escape ends', hidden: true, data: { testid: 'inspector' } },
    this.outline,
    this.label,
  );
  private current: Element | null = null;

  /** `device` is what the recorded page is shown in, scaled; `changed` is told when inspection begins and ends. */
  constructor(
    private readonly engine: Engine,
    private readonly device: HTMLElement,
    private readonly changed: (on: boolean) => void,
  ) {
    this.element.addEventListener('pointermove', (event) => this.pick(this.at(event)));
    this.element.addEventListener('click', (event) => this.copy(event.shiftKey));
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    engine.on('state', () => engine.playing && this.end());
    engine.on('painted', () => this.pick(null));
  }

  get on(): boolean {
    return !this.element.hidden;
  }

  toggle(): void {
    if (this.on) this.end();
    else this.begin();
  }

  private begin(): void {
    if (!this.engine.document) return;
    this.engine.pause();
    this.element.hidden = false;
    this.pick(null);
    this.element.focus({ preventScroll: true });
    this.changed(true);
  }

  private end(): void {
    if (!this.on) return;
    this.element.hidden = true;
    this.current = null;
    this.changed(false);
  }

  private get scale(): number {
    return this.device.getBoundingClientRect().width / Math.max(1, this.device.offsetWidth);
  }

  private at(event: PointerEvent): Element | null {
    const { document } = this.engine;
    const box = this.device.getBoundingClientRect();
    return document && elementAt(document, (event.clientX - box.left) / this.scale, (event.clientY - box.top) / this.scale);
  }

  private pick(element: Element | null): void {
    if (!this.on || (element !== null && element === this.current)) return;
    this.current = element;
    this.outline.hidden = element === null;
    this.label.classList.toggle('idle', element === null);
    if (element) this.describe(element);
    else fill(this.label, h('span', {}, 'Point at something. A click copies its text, with Shift its selector. Esc ends.'));
  }

  private describe(element: Element): void {
    const box = pageBoxOf(element);
    const { scale } = this;
    const device = this.device.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    const left = device.left - own.left + box.x * scale;
    const top = device.top - own.top + box.y * scale;
    Object.assign(this.outline.style, { left: `${left}px`, top: `${top}px`, width: `${box.width * scale}px`, height: `${box.height * scale}px` });
    const text = textOf(element);
    fill(
      this.label,
      h('code', {}, selectorOf(element)),
      h('span', { class: 'inspect-size' }, `${Math.round(box.width)} × ${Math.round(box.height)}`),
      text && h('span', { class: 'inspect-text', dir: 'auto' }, text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text),
    );
    const below = top + box.height * scale + 8;
    const fits = below + LABEL_ROOM_PX < own.height;
    this.label.style.top = `${Math.max(8, fits ? below : Math.min(top, own.height) - LABEL_ROOM_PX)}px`;
    this.label.style.left = `${Math.max(8, Math.min(left, own.width - this.label.offsetWidth - 8))}px`;
  }

  private copy(selector: boolean): void {
    if (!this.current) return;
    const text = selector ? '' : textOf(this.current);
    if (text) void copyText(text, 'Text copied');
    else void copyText(selectorOf(this.current), 'Selector copied');
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.end();
    else if (event.key === 'Enter') this.copy(event.shiftKey);
    else if (event.key.startsWith('Arrow')) this.step(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step(key: string): void {
    const { document } = this.engine;
    const from = this.current ?? (document && rootOf(document));
    if (!from) return;
    const next = neighbour(from, key);
    if (next ?? this.current === null) this.pick(next ?? from);
  }
}

function neighbour(from: Element, key: string): Element | null {
  if (key === 'ArrowUp') return parentOf(from);
  if (key === 'ArrowDown') return childrenOf(from)[0] ?? null;
  const parent = parentOf(from);
  const siblings = parent ? childrenOf(parent) : [];
  return siblings[siblings.indexOf(from) + (key === 'ArrowRight' ? 1 : -1)] ?? null;
}
