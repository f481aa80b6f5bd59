/** Search box, range and quick filters over the list. */

import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import { RANGES, type ListState } from './filters';

const DEBOUNCE_MS = 250;

const HINTS: [string, string][] = [
  ['user:ada', 'name, id or e-mail'],
  ['url:/checkout', 'a page they visited'],
  ['errors:>0', 'something failed'],
  ['service:shop-web', 'the application'],
  ['state:live', 'going on now'],
];

export class Toolbar {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private timer = 0;

  constructor(
    private state: ListState,
    private readonly onChange: (state: ListState) => void,
  ) {
    this.input = h('input', {
      class: 'search-input',
      type: 'search',
      value: state.q,
      placeholder: 'Search by user, URL, or key:value',
      'aria-label': 'Search sessions',
      autocomplete: 'off',
      spellcheck: 'false',
      on: { input: () => this.typed() },
    });
    this.element = h('div', { class: 'toolbar', role: 'search' }, this.searchBox(), this.rangeSelect(), this.toggle('errors', 'With errors'), this.toggle('live', 'Live now'));
    document.addEventListener('keydown', (event) => this.onSlash(event));
  }

  private searchBox(): HTMLElement {
    const hints = h('div', { class: 'hints', role: 'group', 'aria-label': 'Search terms' }, ...HINTS.map(([term, what]) => this.hint(term, what)));
    return h('div', { class: 'search-box' }, h('label', { class: 'search' }, icon('search', 15), this.input, h('kbd', { class: 'for-keyboards' }, '/')), hints);
  }

  private hint(term: string, what: string): HTMLElement {
    const add = (event: Event): void => {
      event.preventDefault(); // the input keeps the focus
      this.input.value = `${this.input.value.trim()} ${term}`.trim();
      this.change({ q: this.input.value });
    };
    return h('button', { class: 'hint', type: 'button', tabindex: '-1', on: { mousedown: add } }, h('code', {}, term), h('span', {}, what));
  }

  private rangeSelect(): HTMLElement {
    const select = h('select', { class: 'select', 'aria-label': 'Range of time' });
    for (const range of RANGES) select.append(h('option', { value: range.name }, range.label));
    select.value = this.state.range;
    select.addEventListener('change', () => this.change({ range: select.value }));
    return select;
  }

  private toggle(name: 'errors' | 'live', label: string): HTMLElement {
    const button = h('button', { class: 'toggle', type: 'button', 'aria-pressed': String(this.state[name]), data: { filter: name } }, label);
    button.addEventListener('click', () => {
      this.change(name === 'errors' ? { errors: !this.state.errors } : { live: !this.state.live });
      button.setAttribute('aria-pressed', String(this.state[name]));
    });
    return button;
  }

  private typed(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.change({ q: this.input.value }), DEBOUNCE_MS);
  }

  private change(changes: Partial<ListState>): void {
    this.state = { ...this.state, ...changes };
    this.onChange(this.state);
  }

  private onSlash(event: KeyboardEvent): void {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    this.input.focus();
  }
}
