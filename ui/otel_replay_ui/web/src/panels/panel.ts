/** A panel with a search box, filters and a list of events that follows the playhead. */

import { h, fill } from '../lib/dom';
import { icon } from '../lib/icons';
import { ListView } from '../lib/listview';
import { indexAt } from '../session/merge';

export interface Timed {
  offset_ms: number;
}

export interface PanelActions {
  seek: (offsetMs: number) => void;
  openTrace: (traceId: string, spanId?: string) => void;
}

export interface Filter<T> {
  name: string;
  label: string;
  test: (item: T) => boolean;
}

export interface PanelOptions<T extends Timed> {
  name: string;
  label: string;
  rowHeight: number;
  placeholder: string;
  empty: string;
  render: (item: T) => HTMLElement;
  text: (item: T) => string;
  pick: (item: T) => void;
  filters?: (items: readonly T[]) => Filter<T>[];
}

export class ListPanel<T extends Timed> {
  readonly element: HTMLElement;
  private readonly list: ListView<T>;
  private readonly search: HTMLInputElement;
  private readonly filterBar = h('div', { class: 'filters', role: 'group', 'aria-label': 'Show only' });
  private readonly emptyText = h('p', { class: 'panel-empty', hidden: true });
  private items: readonly T[] = [];
  private shown: readonly T[] = [];
  private active = '';
  private filterKey = '';

  constructor(private readonly options: PanelOptions<T>) {
    this.list = new ListView<T>({ rowHeight: options.rowHeight, label: options.label, render: options.render, onPick: options.pick });
    this.search = h('input', { class: 'search-input', type: 'search', placeholder: options.placeholder, 'aria-label': options.placeholder, on: { input: () => this.apply() } });
    this.element = h(
      'div',
      { class: `panel panel-${options.name}`, data: { testid: `panel-${options.name}` } },
      h('div', { class: 'panel-tools' }, h('label', { class: 'search' }, icon('search', 14), this.search), this.filterBar),
      this.list.element,
      this.emptyText,
    );
  }

  setItems(items: readonly T[]): void {
    this.items = items;
    this.showFilters();
    this.apply();
  }

  setTime(t: number, follow: boolean): void {
    this.list.setCurrent(indexAt(this.shown, t), follow);
  }

  private get filters(): Filter<T>[] {
    return this.options.filters?.(this.items) ?? [];
  }

  private showFilters(): void {
    const { filters } = this;
    const key = filters.map((filter) => filter.name).join() + this.active;
    if (key === this.filterKey) return;
    this.filterKey = key;
    this.filterBar.hidden = filters.length < 2;
    fill(this.filterBar, ...filters.map((filter) => this.filterChip(filter)));
  }

  private filterChip(filter: Filter<T>): HTMLElement {
    const on = this.active === filter.name;
    const toggle = (): void => {
      this.active = on ? '' : filter.name;
      this.showFilters();
      this.apply();
    };
    return h('button', { class: 'chip', type: 'button', 'aria-pressed': String(on), data: { filter: filter.name }, on: { click: toggle } }, filter.label);
  }

  private apply(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const filter = this.filters.find((candidate) => candidate.name === this.active);
    const matches = (item: T): boolean =>
      (!filter || filter.test(item)) && (wanted === '' || this.options.text(item).toLowerCase().includes(wanted));
    this.shown = this.items.filter(matches);
    this.list.setItems(this.shown);
    this.emptyText.hidden = this.shown.length > 0;
    this.emptyText.textContent = this.items.length === 0 ? this.options.empty : 'Nothing matches.';
    this.list.element.hidden = this.shown.length === 0;
  }
}
