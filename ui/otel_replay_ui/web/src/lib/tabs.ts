/** A row of tabs over panels, by the ARIA pattern: arrows move, one tab is in the tab order. */

import { h, setText } from './dom';
import { compact } from './format';

export interface TabSpec {
  name: string;
  label: string;
  panel: HTMLElement;
  danger?: boolean;
}

export class Tabs {
  readonly list: HTMLElement;
  readonly body: HTMLElement;
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly counts = new Map<string, HTMLElement>();
  active = '';

  constructor(
    private readonly specs: TabSpec[],
    label: string,
    private readonly onChange: (name: string) => void,
  ) {
    this.list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': label });
    this.body = h('div', { class: 'tab-body' });
    for (const spec of specs) this.add(spec);
    this.list.addEventListener('keydown', (event) => this.onKey(event));
  }

  private add(spec: TabSpec): void {
    const count = h('span', { class: spec.danger ? 'count danger' : 'count', hidden: true });
    const button = h(
      'button',
      {
        class: 'tab',
        type: 'button',
        role: 'tab',
        id: `tab-${spec.name}`,
        'aria-controls': `panel-${spec.name}`,
        data: { testid: `tab-${spec.name}` },
        on: { click: () => this.select(spec.name) },
      },
      spec.label,
      count,
    );
    spec.panel.id = `panel-${spec.name}`;
    spec.panel.setAttribute('role', 'tabpanel');
    spec.panel.setAttribute('aria-labelledby', `tab-${spec.name}`);
    this.buttons.set(spec.name, button);
    this.counts.set(spec.name, count);
    this.list.append(button);
    this.body.append(spec.panel);
  }

  has(name: string): boolean {
    return this.buttons.has(name);
  }

  select(name: string): void {
    if (!this.has(name)) return;
    this.active = name;
    for (const spec of this.specs) {
      const on = spec.name === name;
      spec.panel.hidden = !on;
      const button = this.buttons.get(spec.name)!;
      button.setAttribute('aria-selected', String(on));
      button.tabIndex = on ? 0 : -1;
    }
    this.buttons.get(name)?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
    this.onChange(name);
  }

  setCount(name: string, count: number): void {
    const element = this.counts.get(name);
    if (!element) return;
    element.hidden = count === 0;
    setText(element, compact(count));
    const button = this.buttons.get(name)!;
    button.title = count.toLocaleString('en');
    button.classList.toggle('without', count === 0);
  }

  private onKey(event: KeyboardEvent): void {
    const names = this.specs.map((spec) => spec.name);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = names[(names.indexOf(this.active) + step + names.length) % names.length]!;
    this.select(next);
    this.buttons.get(next)?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
