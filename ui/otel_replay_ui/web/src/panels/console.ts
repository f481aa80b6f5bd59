/** What the page wrote to its console. */

import { h } from '../lib/dom';
import { clockTime } from '../lib/format';
import type { SessionEvent } from '../lib/types';
import { toneOf } from './kinds';
import { ListPanel, type PanelActions } from './panel';

export function consolePanel(actions: PanelActions): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'console',
    label: 'Console',
    rowHeight: 28,
    placeholder: 'Search the console',
    empty: 'The page wrote nothing to its console.',
    text: (event) => event.title,
    pick: (event) => actions.seek(event.offset_ms),
    filters: () => [
      { name: 'error', label: 'Errors', test: (event) => toneOf(event) === 'danger' },
      { name: 'warn', label: 'Warnings', test: (event) => toneOf(event) === 'warn' },
    ],
    render: row,
  });
}

function row(event: SessionEvent): HTMLElement {
  return h(
    'div',
    { class: `console-row tone-${toneOf(event)}`, data: { testid: 'console-row', 'offset-ms': event.offset_ms, severity: event.severity } },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: 'console-level' }, event.attributes['browser.console.method'] ?? event.severity.toLowerCase()),
    h('span', { class: 'row-title mono', title: event.title }, event.title),
  );
}
