/** Keyboard shortcuts of a page with a player, and the dialog that lists them. */

import { h, takesKeys } from '../lib/dom';
import { icon } from '../lib/icons';
import { SPEEDS, STEP_MS } from './controls';
import type { PlayerView } from './view';

/** What the time line does by keys, on a page that has one. */
export interface Zoomable {
  zoomIn(): void;
  zoomBy(factor: number): void;
  showAll(): void;
}

interface Shortcut {
  /** As `KeyboardEvent.key` has them. */
  keys: string[];
  /** As the dialog shows them, and what they do; empty for the second of a pair. */
  shown: string[];
  what: string;
  act: (event: KeyboardEvent) => void;
}

/** A shorter or longer way with the shift key. */
const stepOf = (event: KeyboardEvent): number => (event.shiftKey ? 1000 : STEP_MS);

function shortcuts(player: PlayerView, timeline: Zoomable | null, help: () => void): Shortcut[] {
  const { engine } = player;
  const list: Shortcut[] = [
    { keys: [' ', 'k'], shown: ['Space'], what: 'Play or pause', act: () => player.toggle() },
    { keys: ['ArrowLeft'], shown: ['←', '→'], what: 'Back or forward 5 seconds, with Shift 1 second', act: (event) => player.step(-stepOf(event)) },
    { keys: ['ArrowRight'], shown: ['←', '→'], what: '', act: (event) => player.step(stepOf(event)) },
    { keys: ['.'], shown: [',', '.'], what: 'Previous or next event', act: () => player.jump('event', 1) },
    { keys: [','], shown: [',', '.'], what: '', act: () => player.jump('event', -1) },
    { keys: ['e'], shown: ['E', 'Shift E'], what: 'Next or previous error', act: () => player.jump('error', 1) },
    { keys: ['E'], shown: ['E', 'Shift E'], what: '', act: () => player.jump('error', -1) },
    { keys: ['p'], shown: ['P', 'Shift P'], what: 'Next or previous page', act: () => player.jump('page', 1) },
    { keys: ['P'], shown: ['P', 'Shift P'], what: '', act: () => player.jump('page', -1) },
    { keys: ['Home'], shown: ['Home', 'End'], what: 'To the beginning or the end', act: () => void engine.seek(0) },
    { keys: ['End'], shown: ['Home', 'End'], what: '', act: () => void engine.seek(engine.duration) },
    { keys: ['<'], shown: ['<', '>'], what: 'Slower or faster', act: () => engine.setSpeed(SPEEDS.findLast((speed) => speed < engine.speed) ?? SPEEDS[0]!) },
    { keys: ['>'], shown: ['<', '>'], what: '', act: () => engine.setSpeed(SPEEDS.find((speed) => speed > engine.speed) ?? SPEEDS.at(-1)!) },
    { keys: ['s'], shown: ['S'], what: 'Skip idle stretches', act: () => engine.setSkipIdle(!engine.skipIdle) },
    { keys: ['i'], shown: ['I'], what: 'Inspect the page: point at an element to see its selector, click to copy its text', act: () => player.inspector.toggle() },
    { keys: ['f'], shown: ['F'], what: 'Full screen', act: () => player.fullscreen() },
  ];
  if (timeline) {
    list.push(
      { keys: ['+', '='], shown: ['+', '−'], what: 'Zoom the time line', act: () => timeline.zoomIn() },
      { keys: ['-'], shown: ['+', '−'], what: '', act: () => timeline.zoomBy(2) },
      { keys: ['0'], shown: ['0'], what: 'Show the whole session', act: () => timeline.showAll() },
    );
  }
  return [...list, { keys: ['?'], shown: ['?'], what: 'This list', act: help }];
}

/** Keys that a focused control uses itself are left to it. */
function isForControl(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || takesKeys(event.target)) return true;
  const control = event.target instanceof Element ? event.target.closest('button, a, summary, dialog, [role="tab"]') : null;
  return control !== null && (event.key === ' ' || event.key === 'Enter' || control.matches('dialog'));
}

/** Returns the function that shows the list. */
export function listenForKeys(player: PlayerView, timeline: Zoomable | null = null): () => void {
  const list = shortcuts(player, timeline, () => showHelp(list));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isForControl(event)) return;
    const shortcut = list.find(({ keys }) => keys.includes(event.key));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.act(event);
  });
  return () => showHelp(list);
}

function showHelp(list: Shortcut[]): void {
  const close = (): void => dialog.close();
  const lines = list.filter(({ what }) => what !== '');
  const dialog = h(
    'dialog',
    { class: 'dialog', 'aria-label': 'Keyboard shortcuts', on: { close: () => dialog.remove() } },
    h('header', {}, h('h2', {}, 'Keyboard'), h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close', on: { click: close } }, icon('close'))),
    h('dl', { class: 'keys' }, ...lines.flatMap(({ shown, what }) => [h('dt', {}, ...shown.map((key) => h('kbd', {}, key))), h('dd', {}, what)])),
  );
  document.body.append(dialog);
  dialog.showModal();
}
