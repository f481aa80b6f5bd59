/** The parts of the product, each with how it is. */

import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import type { Status } from '../lib/types';

export type State = 'well' | 'trouble' | 'elsewhere';

const WORDS: Record<State, string> = { well: 'well', trouble: 'in trouble', elsewhere: 'in another process' };

export function partStates({ signals, receiver, sessions }: Status): [string, State][] {
  return [
    ['Storage', signals === null ? 'trouble' : 'well'],
    ['Receiver', receiver === null ? 'elsewhere' : receiver.spool_bytes > 0 ? 'trouble' : 'well'],
    ['Session worker', sessions === null ? 'elsewhere' : sessions.late ? 'trouble' : 'well'],
  ];
}

export function partList(status: Status): HTMLElement {
  return h('ul', { class: 'parts', 'aria-label': 'Parts' }, ...partStates(status).map(([name, state]) => part(name, state)));
}

function part(name: string, state: State): HTMLElement {
  const mark = icon(state === 'trouble' ? 'alert' : state === 'well' ? 'check' : 'external', 12);
  return h('li', { class: state }, mark, `${name} `, h('span', {}, WORDS[state]));
}
