/** What the page wrote to its console. */

import { h } from '../lib/dom';
import { clockTime } from '../lib/format';
import type { SessionEvent } from '../lib/types';
import type { Detail } from './detail';
import { attributeSection, codeSection, otherAttributes } from './facts';
import { toneOf } from './kinds';
import { ListPanel, type Filter, type PanelActions } from './panel';

const LEVELS: Record<string, string> = { error: 'Errors', warn: 'Warnings', info: 'Info', log: 'Log', debug: 'Debug' };

export function consolePanel(actions: PanelActions): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'console',
    label: 'Console',
    rowHeight: 28,
    placeholder: 'Search the console',
    empty: 'The page wrote nothing to its console.',
    key: (event) => event.id,
    text: (event) => event.title,
    pick: (event) => actions.seek(event.offset_ms),
    filters: presentLevels,
    render: row,
    detail: detailOf,
  });
}

function levelOf(event: SessionEvent): string {
  return event.attributes['browser.console.method'] ?? event.severity.toLowerCase();
}

/** A filter for each level that occurs, the worst first. */
function presentLevels(events: readonly SessionEvent[]): Filter<SessionEvent>[] {
  const present = new Set(events.map(levelOf));
  return Object.keys(LEVELS)
    .filter((level) => present.has(level))
    .map((level) => ({ name: level, label: LEVELS[level]!, test: (event) => levelOf(event) === level }));
}

function row(event: SessionEvent): HTMLElement {
  return h(
    'div',
    { class: `console-row tone-${toneOf(event)}`, data: { testid: 'console-row', 'offset-ms': event.offset_ms, severity: event.severity } },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: 'console-level' }, levelOf(event)),
    h('span', { class: 'row-title mono' }, event.title.split('\n', 1)[0] || event.title),
  );
}

function detailOf(event: SessionEvent): Detail {
  return {
    title: `console.${levelOf(event)}`,
    line: [h('span', {}, clockTime(event.offset_ms, true)), event.attributes['url.full'] && h('span', {}, event.attributes['url.full'])],
    body: [codeSection('Message', event.title), attributeSection('Attributes', otherAttributes(event.attributes, ['browser.console.method', 'url.full']))],
  };
}
