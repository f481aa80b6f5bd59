/** A plain table with a name. */

import { h, type Child } from '../lib/dom';

export interface Column {
  title: string;
  /** Numbers stand at the right. */
  number?: boolean;
}

export function table(name: string, columns: Column[], rows: Child[][]): HTMLElement {
  const cell = (column: Column | undefined) => ({ class: column?.number ? 'number' : undefined });
  return h(
    'div',
    { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': name },
    h(
      'table',
      { class: 'status-table' },
      h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { ...cell(column), scope: 'col' }, column.title)))),
      h('tbody', {}, ...rows.map(([first, ...rest]) => h('tr', {}, h('th', { scope: 'row' }, first), ...rest.map((content, index) => h('td', cell(columns[index + 1]), content))))),
    ),
  );
}
