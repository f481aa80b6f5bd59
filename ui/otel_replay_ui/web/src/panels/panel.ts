/** A panel with a search box, filters, a list of events that follows the playhead, and the details of the chosen one. */

import { h, fill } from '../lib/dom';
import { icon } from '../lib/icons';
import { ListView } from '../lib/listview';
import { indexAt } from '../session/merge';
import { DetailPane, type Detail } from './detail';
import { Track, type Spanning } from './track';
import { onTraceClick } from './tracebutton';

const TEXTS_AT_ONCE = 2000;

export interface Timed {
  offset_ms: number;
}

export interface PanelActions {
  seek: (offsetMs: number) => void;
  openTrace: (traceId: string, spanId?: string) => void;
  /** Start of the session, ms since the epoch. */
  startMs: () => number;
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
  /** Tells items apart, also after they were fetched again. */
  key: (item: T) => string;
  /** A row, without handlers: see `reuse` in listview.ts. */
  render: (item: T) => HTMLElement;
  text: (item: T) => string;
  pick: (item: T) => void;
  filters?: (items: readonly T[]) => Filter<T>[];
  /** What the lower part shows of the chosen item. */
  detail?: (item: T) => Detail;
  /** The details of the first item are shown unasked. */
  preselect?: boolean;
  /** A switch that puts some items before all others. */
  first?: { label: string; test: (item: T) => boolean };
  /** More at the end of the filters. */
  tools?: HTMLElement[];
  /** The rows have buttons of tracebutton.ts. */
  openTrace?: PanelActions['openTrace'];
  /** The list has a column of bars (see track.ts) under this heading. */
  track?: { label: string; spanning: (item: T) => Spanning };
}

export class ListPanel<T extends Timed> {
  readonly element: HTMLElement;
  private readonly list: ListView<T>;
  private readonly search: HTMLInputElement;
  private readonly filterBar = h('div', { class: 'filters', role: 'group', 'aria-label': 'Show only' });
  private readonly emptyText = h('p', { class: 'panel-empty', hidden: true });
  private readonly detail: DetailPane;
  private readonly track: Track | null;
  private readonly texts = new WeakMap<T, string>();
  private items: readonly T[] = [];
  /** What matches, by time, and as it is listed. */
  private matching: readonly T[] = [];
  private shown: readonly T[] = [];
  private placeOf: Map<T, number> | null = null;
  private active = '';
  private firstOn = false;
  private filterKey = '';
  private chosen: string | null = null;
  private time = 0;
  private empty: string;

  constructor(private readonly options: PanelOptions<T>) {
    const { name, label, placeholder, track } = options;
    this.empty = options.empty;
    this.list = new ListView<T>({
      rowHeight: options.rowHeight,
      label,
      render: (item) => this.render(item),
      reuse: true,
      onPick: (item) => this.pick(item),
      onMove: (item) => this.detail.isOpen && this.choose(item),
      ...(track ? { onRange: (first: number, last: number) => this.setRange(first, last) } : {}),
    });
    const { openTrace } = options;
    if (openTrace) this.list.element.addEventListener('click', (event) => onTraceClick(event, openTrace));
    this.detail = new DetailPane(`Details: ${label}`, () => this.unchoose());
    this.search = h('input', { class: 'search-input', type: 'search', placeholder, 'aria-label': placeholder, on: { input: () => this.apply(), focus: () => this.prepare() } });
    this.element = h('div', { class: `panel panel-${name}`, data: { testid: `panel-${name}` } });
    this.track = track ? new Track(this.list.element, track.label) : null;
    if (this.track) this.list.addOverlay(this.track.playhead);
    this.element.append(
      h('div', { class: 'panel-tools' }, h('label', { class: 'search' }, icon('search', 14), this.search), this.filterBar),
      ...(this.track ? [this.track.head] : []),
      this.list.element,
      this.emptyText,
      this.detail.element,
    );
    this.element.addEventListener('keydown', (event) => this.onKey(event));
  }

  setItems(items: readonly T[]): void {
    const first = this.items.length === 0;
    this.items = items;
    this.showFilters();
    this.apply(first);
    if (this.options.preselect && this.chosen === null && items[0]) this.choose(items[0]);
  }

  /** What stands in the place of a list without items; null for what the options say. */
  setEmpty(text: string | null): void {
    this.empty = text ?? this.options.empty;
    this.apply();
  }

  setTime(t: number, follow: boolean): void {
    this.time = t;
    const index = indexAt(this.matching, t);
    this.list.setCurrent(index < 0 ? -1 : this.placeAt(index), follow && !this.firstOn);
    this.track?.setTime(t);
    this.detail.setTime(t);
  }

  private render(item: T): HTMLElement {
    const row = this.options.render(item);
    this.track?.place(row);
    return row;
  }

  private placeAt(index: number): number {
    return this.placeOf?.get(this.matching[index]!) ?? index;
  }

  private setRange(first: number, last: number): void {
    const { track } = this.options;
    if (track) this.track?.setRange(this.shown.slice(first, last + 1).map(track.spanning));
  }

  private pick(item: T): void {
    this.options.pick(item);
    this.choose(item);
  }

  private choose(item: T): void {
    const { detail, key } = this.options;
    if (!detail) return;
    this.chosen = key(item);
    this.detail.show(detail(item), this.time);
    const index = this.shown.indexOf(item);
    this.list.setSelected(index);
    if (index >= 0) this.list.reveal(index);
  }

  /** The viewer closed the details: the keyboard goes back to where it came from. */
  private unchoose(): void {
    const index = this.shown.findIndex((item) => this.options.key(item) === this.chosen);
    this.chosen = '';
    this.list.setSelected(-1);
    if (this.element.contains(document.activeElement) || document.activeElement === document.body) this.list.focus(index);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.detail.isOpen || event.target === this.search) return;
    event.stopPropagation();
    this.detail.close();
  }

  private get filters(): Filter<T>[] {
    return this.options.filters?.(this.items) ?? [];
  }

  private showFilters(): void {
    const { filters } = this;
    const { first, tools = [] } = this.options;
    const key = filters.map((filter) => filter.name).join() + this.active + String(this.firstOn);
    if (key === this.filterKey) return;
    this.filterKey = key;
    this.filterBar.hidden = filters.length < 2 && !first && tools.length === 0;
    fill(this.filterBar, ...filters.map((filter) => this.filterChip(filter)), first && this.firstChip(first.label), ...tools);
  }

  private filterChip(filter: Filter<T>): HTMLElement {
    const on = this.active === filter.name;
    return this.chip(filter.label, on, filter.name, () => (this.active = on ? '' : filter.name));
  }

  private firstChip(label: string): HTMLElement {
    const chip = this.chip(label, this.firstOn, 'first', () => (this.firstOn = !this.firstOn));
    chip.classList.add('order');
    return chip;
  }

  private chip(label: string, on: boolean, name: string, change: () => void): HTMLElement {
    const click = (): void => {
      change();
      this.showFilters();
      this.apply();
      this.filterBar.querySelector<HTMLElement>(`[data-filter="${name}"]`)?.focus();
    };
    return h('button', { class: 'chip', type: 'button', 'aria-pressed': String(on), data: { filter: name }, on: { click } }, label);
  }

  /** With `follow` the list comes to the moment. */
  private apply(follow = false): void {
    const wanted = this.search.value.trim().toLowerCase();
    const filter = this.filters.find((candidate) => candidate.name === this.active);
    const matches = (item: T): boolean => (!filter || filter.test(item)) && (wanted === '' || this.textOf(item).includes(wanted));
    this.matching = filter || wanted !== '' ? this.items.filter(matches) : this.items;
    this.order();
    this.list.setItems(this.shown);
    this.list.setSelected(this.chosen ? this.shown.findIndex((item) => this.options.key(item) === this.chosen) : -1);
    this.emptyText.hidden = this.shown.length > 0;
    this.emptyText.textContent = this.items.length === 0 ? this.empty : 'Nothing matches.';
    this.list.element.hidden = this.shown.length === 0;
    if (this.track) this.track.head.hidden = this.shown.length === 0;
    this.setTime(this.time, follow);
  }

  private order(): void {
    const { first } = this.options;
    this.shown = this.matching;
    this.placeOf = null;
    if (!first || !this.firstOn) return;
    this.shown = [...this.matching.filter(first.test), ...this.matching.filter((item) => !first.test(item))];
    this.placeOf = new Map(this.shown.map((item, index) => [item, index]));
  }

  /** Somebody is about to search: the texts of many items take longer than a key press may. */
  private prepare(from = 0): void {
    const slice = this.items.slice(from, from + TEXTS_AT_ONCE);
    for (const item of slice) this.textOf(item);
    if (slice.length === TEXTS_AT_ONCE) setTimeout(() => this.prepare(from + TEXTS_AT_ONCE));
  }

  private textOf(item: T): string {
    let text = this.texts.get(item);
    if (text === undefined) this.texts.set(item, (text = this.options.text(item).toLowerCase()));
    return text;
  }
}
