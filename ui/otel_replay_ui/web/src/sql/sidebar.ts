/** Beside the editor: the tables with their columns, and statements to open. */

import { fill, h, type Child } from '../lib/dom';
import { icon } from '../lib/icons';
import type { Saved } from './saved';
import type { Table } from './schema';

export interface SidebarOptions {
  onColumn: (name: string) => void;
  onTable: (name: string) => void;
  onOpen: (statement: string) => void;
  onRemove: (name: string) => void;
}

export class Sidebar {
  private readonly tables = h('div', { class: 'sql-tables' }, h('p', { class: 'sql-note' }, 'Looking …'));
  private readonly saved = h('div', { class: 'sql-saved' });
  readonly element = h(
    'aside',
    { class: 'sql-side', 'aria-label': 'Tables and statements' },
    h('section', {}, h('h2', {}, 'Saved'), this.saved),
    h('section', {}, h('h2', {}, 'Tables'), this.tables),
  );

  constructor(private readonly options: SidebarOptions) {}

  showTables(tables: readonly Table[]): void {
    fill(this.tables, ...tables.map((table) => this.table(table)));
  }

  fail(message: string): void {
    fill(this.tables, h('p', { class: 'sql-note' }, message));
  }

  showSaved(own: readonly Saved[], examples: readonly Saved[]): void {
    const mine = own.map((one) => this.statement(one, this.removal(one.name)));
    fill(this.saved, h('ul', {}, ...mine, ...examples.map((one) => this.statement(one))));
  }

  private statement({ name, statement }: Saved, end?: Child): HTMLElement {
    const open = h('button', { class: 'sql-open', type: 'button', title: statement, on: { click: () => this.options.onOpen(statement) } }, name);
    return h('li', {}, open, end);
  }

  private removal(name: string): HTMLElement {
    const remove = (): void => this.options.onRemove(name);
    return h('button', { class: 'icon-button', type: 'button', 'aria-label': `Remove ${name}`, on: { click: remove } }, icon('close', 12));
  }

  private table({ name, columns }: Table): HTMLElement {
    const query = h('button', { class: 'sql-query', type: 'button', title: `Look into ${name}`, on: { click: () => this.options.onTable(name) } }, icon('play', 10), h('span', { class: 'visually-hidden' }, `Look into ${name}`));
    const rows = columns.map((column) =>
      h('li', {}, h('button', { type: 'button', title: `${column.type}\n${column.comment}`, on: { click: () => this.options.onColumn(column.name) } }, column.name), h('span', {}, short(column.type))),
    );
    return h('div', { class: 'sql-table-entry' }, h('details', {}, h('summary', { title: name }, name), h('ul', {}, ...rows)), query);
  }
}

/** `LowCardinality(String)` is a String to whoever asks. */
export function short(type: string): string {
  return type.replace(/LowCardinality\((\w+)\)/g, '$1').replace(/SimpleAggregateFunction\(\w+, (.+)\)$/, '$1');
}
