/** The lower part of a panel: everything about the chosen row. */

import { h, fill, type Child } from '../lib/dom';
import { icon } from '../lib/icons';

export interface Detail {
  title: string;
  /** Small facts under the title. */
  line?: Child[];
  /** Buttons beside the title. */
  actions?: Child[];
  body: Child[];
  /** Called with the replay's moment, ms from the session's start, at first and whenever it moves. */
  setTime?: (t: number) => void;
}

export class DetailPane {
  readonly element = h('div', { class: 'detail-slot', hidden: true });

  private onTime: Detail['setTime'];

  constructor(
    private readonly label: string,
    private readonly onClose: () => void,
  ) {
    this.element.addEventListener('keydown', (event) => this.onKey(event));
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  show(detail: Detail, t: number): void {
    this.element.hidden = false;
    this.onTime = detail.setTime;
    fill(this.element, detailView(this.label, detail, () => this.close()));
    this.setTime(t);
  }

  setTime(t: number): void {
    this.onTime?.(t);
  }

  close(): void {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.onTime = undefined;
    fill(this.element);
    this.onClose();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  }
}

export function detailView(label: string, { title, line = [], actions = [], body }: Detail, close: () => void): HTMLElement {
  return h(
    'section',
    { class: 'detail', 'aria-label': label, data: { testid: 'detail' } },
    h(
      'header',
      {},
      h('div', { class: 'detail-title' }, h('h2', { title }, title), ...actions, h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close the details', title: 'Close (Esc)', on: { click: close } }, icon('close'))),
      h('p', { class: 'detail-line' }, ...line),
    ),
    h('div', { class: 'detail-body', tabindex: '0', role: 'group', 'aria-label': 'Details' }, ...body),
  );
}
