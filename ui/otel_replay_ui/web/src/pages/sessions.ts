/** `/sessions`: the list, newest first. */

import { appRoot, topBar } from '../lib/chrome';
import { h, fill } from '../lib/dom';
import { readState, writeState } from '../sessions/filters';
import { SessionList } from '../sessions/list';
import { Toolbar } from '../sessions/toolbar';

function main(): void {
  const state = readState();
  const list = new SessionList(state);
  const toolbar = new Toolbar(state, (changed) => {
    writeState(changed);
    void list.show(changed);
  });
  fill(
    appRoot(),
    topBar(h('span', { class: 'spacer' })),
    h('main', { id: 'main', class: 'sessions-page' }, h('div', { class: 'page-head' }, h('h1', {}, 'Sessions'), toolbar.element), list.element),
  );
  void list.show(state);
}

main();
