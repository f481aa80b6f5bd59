/** Keyboard shortcuts of a page with a player, and the dialog that lists them. */

import { h, takesKeys } from '../lib/dom';
import { icon } from '../lib/icons';
import { STEP_MS } from './controls';
import type { PlayerView } from './view';

const HELP: [string, string][] = [
  ['Space', 'Play or pause'],
  ['← →', 'Back or forward 5 seconds'],
  ['Shift ← →', 'Back or forward 1 second'],
  ['E, Shift E', 'Next or previous error'],
  ['< >', 'Slower or faster'],
  ['S', 'Skip idle stretches'],
  ['F', 'Full screen'],
  ['?', 'This list'],
];

/** Keys that a focused control uses itself are left to it. */
function isForControl(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || takesKeys(event.target)) return true;
  const control = event.target instanceof Element ? event.target.closest('button, a, summary, dialog') : null;
  return control !== null && (event.key === ' ' || event.key === 'Enter');
}

export function listenForKeys(player: PlayerView): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isForControl(event)) return;
    const action = actionFor(event, player);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function actionFor(event: KeyboardEvent, player: PlayerView): (() => void) | null {
  const { engine } = player;
  const step = event.shiftKey ? 1000 : STEP_MS;
  switch (event.key) {
    case ' ':
      return () => player.toggle();
    case 'ArrowLeft':
      return () => player.step(-step);
    case 'ArrowRight':
      return () => player.step(step);
    case 'e':
      return () => player.jumpToError(1);
    case 'E':
      return () => player.jumpToError(-1);
    case '>':
      return () => engine.setSpeed(Math.min(16, engine.speed * 2));
    case '<':
      return () => engine.setSpeed(Math.max(0.5, engine.speed / 2));
    case 's':
      return () => engine.setSkipIdle(!engine.skipIdle);
    case 'f':
      return () => player.fullscreen();
    case '?':
      return showHelp;
    default:
      return null;
  }
}

export function showHelp(): void {
  const close = (): void => dialog.close();
  const dialog = h(
    'dialog',
    { class: 'dialog', 'aria-label': 'Keyboard shortcuts', on: { close: () => dialog.remove() } },
    h('header', {}, h('h2', {}, 'Keyboard'), h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close', on: { click: close } }, icon('close'))),
    h('dl', { class: 'keys' }, ...HELP.flatMap(([keys, what]) => [h('dt', {}, h('kbd', {}, keys)), h('dd', {}, what)])),
  );
  document.body.append(dialog);
  dialog.showModal();
}
