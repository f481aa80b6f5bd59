/** Actions of the page's state management, and what each of them changed. */

import { h } from '../lib/dom';
import { clockTime, plural } from '../lib/format';
import type { SessionEvent } from '../lib/types';
import type { Detail } from './detail';
import { attributeSection, otherAttributes } from './facts';
import { STATE_EVENT } from './kinds';
import { ListPanel, type Filter, type PanelActions } from './panel';
import { diffOf, nameOf, reportOf, stateAt, type Diff } from './statediff';

const PATHS_IN_ROW = 4;
const LEAVES_SHOWN = 500;

export function isState(event: SessionEvent): boolean {
  return event.name === STATE_EVENT;
}

/** `all` gives every report by time: what was before is in the earlier ones. */
export function statePanel(actions: PanelActions, all: () => readonly SessionEvent[]): ListPanel<SessionEvent> {
  return new ListPanel<SessionEvent>({
    name: 'state',
    label: 'State changes',
    rowHeight: 46,
    placeholder: 'Search actions, paths and values',
    empty: "No changes of state were recorded. The browser SDK's recordState reports them.",
    key: (event) => event.id,
    text: (event) => `${actionOf(event)} ${nameOf(event)} ${event.attributes['browser.state.changes'] ?? ''}`,
    pick: (event) => actions.seek(event.offset_ms),
    filters: presentStates,
    render: row,
    detail: (event) => detailOf(event, all()),
  });
}

function actionOf(event: SessionEvent): string {
  return event.attributes['browser.state.action'] ?? '';
}

/** A filter for each state that occurs; the pages of a shop have few. */
function presentStates(events: readonly SessionEvent[]): Filter<SessionEvent>[] {
  const names = [...new Set(events.map(nameOf))].slice(0, 20);
  return names.map((name) => ({ name, label: name || 'unnamed', test: (event) => nameOf(event) === name }));
}

function row(event: SessionEvent): HTMLElement {
  const paths = [...reportOf(event).changes.keys()];
  const more = paths.length > PATHS_IN_ROW ? ` and ${paths.length - PATHS_IN_ROW} more` : '';
  return h(
    'div',
    { class: 'state-row', data: { testid: 'state-row', 'offset-ms': event.offset_ms } },
    h('span', { class: 'row-time' }, clockTime(event.offset_ms, true)),
    h('span', { class: 'trace-main' }, h('span', { class: 'row-title mono' }, actionOf(event) || 'changed'), h('span', { class: 'state-paths mono' }, paths.slice(0, PATHS_IN_ROW).join(', ') + more || 'nothing changed')),
    h('span', { class: 'badge' }, nameOf(event)),
  );
}

function detailOf(event: SessionEvent, all: readonly SessionEvent[]): Detail {
  const diffs = diffOf(all, event);
  return {
    title: actionOf(event) || nameOf(event),
    line: [h('span', {}, nameOf(event)), h('span', {}, clockTime(event.offset_ms, true)), h('span', {}, plural(diffs.length, 'change'))],
    body: [
      h('section', { class: 'facts' }, h('h3', {}, 'Changes'), diffTable(diffs)),
      reportOf(event).cut && h('p', { class: 'detail-hint' }, 'There were more changes than one event holds.'),
      afterwards(event, all),
      attributeSection('Attributes', otherAttributes(event.attributes, ['browser.state.name', 'browser.state.action', 'browser.state.changes'])),
    ],
  };
}

const SIGNS = { added: '+', changed: '~', gone: '−' } as const;
const WORDS = { added: 'new', changed: 'changed', gone: 'gone' } as const;

function diffTable(diffs: readonly Diff[]): HTMLElement {
  if (diffs.length === 0) return h('p', { class: 'detail-hint' }, 'Nothing changed.');
  return h('ul', { class: 'diff mono', data: { testid: 'state-diff' } }, ...diffs.map(diffLine));
}

function diffLine({ path, kind, before, after }: Diff): HTMLElement {
  return h(
    'li',
    { class: `diff-${kind}`, data: { path } },
    h('span', { class: 'diff-sign', title: WORDS[kind] }, SIGNS[kind]),
    h('span', { class: 'diff-path' }, path || '(all of it)'),
    h('span', { class: 'diff-values' }, before !== null && h('del', {}, before), before !== null && after !== null && h('span', { class: 'diff-arrow', 'aria-label': 'became' }, '→'), after !== null && h('ins', {}, after)),
  );
}

/** The whole state as it was then. */
function afterwards(event: SessionEvent, all: readonly SessionEvent[]): HTMLElement {
  const state = [...stateAt(all, event, true)].sort(([a], [b]) => (a < b ? -1 : 1));
  const section = attributeSection('', Object.fromEntries(state.slice(0, LEAVES_SHOWN)));
  const more = state.length > LEAVES_SHOWN ? h('p', { class: 'detail-hint' }, `${state.length - LEAVES_SHOWN} more are not shown.`) : null;
  return h('details', { class: 'fold' }, h('summary', {}, `The whole state afterwards, ${plural(state.length, 'value')}`), section, more);
}
