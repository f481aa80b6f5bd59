/** A table of any length: only the rows in sight are in the document. */

import { fill, h } from '../lib/dom';
import type { Answer, Cell, Column } from './ask';
import { cellLink, cellText, isNumber } from './cells';

const ROW_PX = 28;
const OVERSCAN = 10;
const SAMPLE = 100;
const NARROWEST_CH = 6;
const WIDEST_CH = 48;

export class Grid {
  readonly element = h('div', { class: 'sql-grid', tabindex: '0', role: 'region', 'aria-label': 'Result' });
  private readonly head = h('div', { class: 'sql-row sql-head', role: 'row' });
  private readonly rows = h('div', { class: 'sql-rows', role: 'rowgroup' });
  private readonly table = h('div', { class: 'sql-table', role: 'table' }, h('div', { role: 'rowgroup' }, this.head), this.rows);
  private answer: Answer = { columns: [], rows: [], seconds: 0 };
  private readonly drawn = new Map<number, HTMLElement>();

  constructor() {
    this.element.append(this.table);
    this.element.addEventListener('scroll', () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  show(answer: Answer): void {
    this.answer = answer;
    this.table.setAttribute('aria-rowcount', String(answer.rows.length + 1));
    this.table.style.setProperty('--columns', answer.columns.map((column, index) => `${width(column, index, answer.rows)}ch`).join(' '));
    fill(this.head, ...answer.columns.map((column) => h('div', { class: numeric(column), role: 'columnheader', title: column.type }, column.name)));
    this.rows.style.height = `${answer.rows.length * ROW_PX}px`;
    this.rows.textContent = '';
    this.drawn.clear();
    this.element.scrollTo(0, 0);
    this.draw();
  }

  private draw(): void {
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_PX) - OVERSCAN);
    const count = Math.ceil(this.element.clientHeight / ROW_PX) + 2 * OVERSCAN;
    const last = Math.min(this.answer.rows.length, first + count);
    for (const [index, row] of this.drawn) {
      if (index >= first && index < last) continue;
      row.remove();
      this.drawn.delete(index);
    }
    for (let index = first; index < last; index += 1) if (!this.drawn.has(index)) this.add(index);
  }

  private add(index: number): void {
    const row = h('div', { class: 'sql-row', role: 'row', 'aria-rowindex': index + 2, style: { transform: `translateY(${index * ROW_PX}px)` } });
    row.append(...this.answer.columns.map((column, at) => cell(column, this.answer.rows[index]?.[at] ?? null)));
    this.drawn.set(index, row);
    this.rows.append(row);
  }
}

function cell(column: Column, value: Cell): HTMLElement {
  const text = cellText(value);
  const link = cellLink(column, value);
  const shown = link === undefined ? text : h('a', { href: link }, text);
  return h('div', { class: value === null ? 'null' : numeric(column), role: 'cell', title: text }, shown);
}

function numeric(column: Column): string | undefined {
  return isNumber(column) ? 'number' : undefined;
}

function width(column: Column, index: number, rows: readonly Cell[][]): number {
  const lengths = rows.slice(0, SAMPLE).map((row) => cellText(row[index] ?? null).length);
  return Math.min(WIDEST_CH, Math.max(NARROWEST_CH, column.name.length, ...lengths)) + 4;
}
