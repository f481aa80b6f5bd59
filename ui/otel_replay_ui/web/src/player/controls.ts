/** Buttons, time and progress under the picture. */

import { h, fill, setText } from '../lib/dom';
import { clockTime } from '../lib/format';
import { icon, type IconName } from '../lib/icons';
import type { Engine } from './engine';
import type { JumpKind } from './jump';

export const SPEEDS = [0.5, 1, 2, 4, 8, 16];
export const STEP_MS = 5000;
/** This close to the newest of a live session counts as watching it live. */
const AT_EDGE_MS = 5000;

const JUMPS: Record<JumpKind, string> = { error: 'Error', page: 'Page', click: 'Click', event: 'Event' };
const JUMP_KEYS: Record<JumpKind, [string, string]> = { error: ['Shift+E', 'E'], page: ['Shift+P', 'P'], click: ['', ''], event: [',', '.'] };

export interface ControlActions {
  toggle: () => void;
  step: (deltaMs: number) => void;
  jump: (kind: JumpKind, direction: 1 | -1) => void;
  inspect: () => void;
  fullscreen: () => void;
}

export class Controls {
  readonly element: HTMLElement;
  private readonly playButton: HTMLButtonElement;
  private readonly time = h('span', { class: 'time-now', data: { testid: 'player-time', ms: 0 } }, '0:00');
  private readonly total = h('span', { class: 'time-total' });
  private readonly progress: HTMLInputElement;
  private readonly speed: HTMLSelectElement;
  private readonly skip: HTMLButtonElement;
  private readonly live: HTMLButtonElement;
  private readonly inspect: HTMLButtonElement;
  private readonly jump = new JumpControl((kind, direction) => this.actions.jump(kind, direction));
  private dragging = false;

  constructor(
    private readonly engine: Engine,
    private readonly actions: ControlActions,
  ) {
    this.playButton = button('play', 'Play (space)', actions.toggle, 'play-button');
    this.progress = this.makeProgress();
    this.speed = this.makeSpeed();
    this.skip = h(
      'button',
      { class: 'toggle', type: 'button', title: 'Skip stretches in which nothing happens (S)', on: { click: () => engine.setSkipIdle(!engine.skipIdle) } },
      'Skip idle',
    );
    this.live = h('button', { class: 'live-button', type: 'button', title: 'Go to the newest and follow', on: { click: () => void engine.goLive() } }, h('i', { class: 'pulse' }), 'Live');
    this.inspect = button('inspect', 'Inspect the page (I)', actions.inspect, 'inspect-button');
    this.element = h(
      'div',
      { class: 'controls', role: 'group', 'aria-label': 'Playback' },
      this.progress,
      this.playButton,
      button('back', 'Back 5 seconds (left arrow)', () => actions.step(-STEP_MS)),
      button('forward', 'Forward 5 seconds (right arrow)', () => actions.step(STEP_MS)),
      h('span', { class: 'time' }, this.time, h('span', { class: 'time-sep' }, '/'), this.total),
      this.live,
      h('span', { class: 'spacer' }),
      this.jump.element,
      this.skip,
      this.speed,
      this.inspect,
      button('expand', 'Full screen (F)', actions.fullscreen),
    );
    engine.on('time', (t) => this.showTime(t));
    engine.on('state', () => this.showState());
    engine.on('manifest', () => this.showState());
    this.showState();
  }

  /** Whether the page is being inspected. */
  showInspecting(on: boolean): void {
    this.inspect.setAttribute('aria-pressed', String(on));
  }

  private makeProgress(): HTMLInputElement {
    const input = h('input', { class: 'progress', type: 'range', min: 0, step: 'any', 'aria-label': 'Position' });
    input.addEventListener('input', () => {
      this.dragging = true;
      void this.engine.seek(Number(input.value)).finally(() => (this.dragging = false));
    });
    return input;
  }

  private makeSpeed(): HTMLSelectElement {
    const select = h('select', { class: 'speed', 'aria-label': 'Speed', title: 'Speed (< and >)' });
    for (const speed of SPEEDS) select.append(h('option', { value: speed }, `${speed}×`));
    select.addEventListener('change', () => {
      this.engine.setSpeed(Number(select.value));
      select.blur(); // so that the space bar plays and pauses again
    });
    return select;
  }

  private showTime(t: number): void {
    setText(this.time, clockTime(t, true));
    this.time.dataset['ms'] = String(Math.round(t));
    if (!this.dragging) this.progress.value = String(t);
    this.progress.style.setProperty('--done', `${(t / Math.max(1, this.engine.duration)) * 100}%`);
    this.progress.setAttribute('aria-valuetext', clockTime(t));
  }

  private showState(): void {
    const { engine } = this;
    fill(this.playButton, icon(engine.playing ? 'pause' : 'play', 18));
    this.playButton.setAttribute('aria-label', engine.playing ? 'Pause' : 'Play');
    this.element.classList.toggle('dead', engine.dead);
    for (const control of this.element.querySelectorAll('button')) control.disabled = engine.dead;
    this.playButton.hidden = engine.phase === 'empty';
    this.progress.disabled = engine.dead;
    this.progress.max = String(engine.duration);
    setText(this.total, clockTime(engine.duration, true));
    this.speed.value = String(engine.speed);
    this.skip.setAttribute('aria-pressed', String(engine.skipIdle));
    this.live.hidden = !engine.live;
    this.live.classList.toggle('at-edge', engine.playing && engine.duration - engine.time < AT_EDGE_MS);
    this.showTime(engine.time);
  }
}

/** Previous and next of what the viewer chooses. */
class JumpControl {
  readonly element: HTMLElement;
  private readonly kind: HTMLSelectElement;
  private readonly buttons: [HTMLButtonElement, HTMLButtonElement];

  constructor(jump: (kind: JumpKind, direction: 1 | -1) => void) {
    this.kind = h('select', { class: 'jump-kind', 'aria-label': 'Jump to' }, ...Object.entries(JUMPS).map(([value, label]) => h('option', { value }, label)));
    this.kind.addEventListener('change', () => {
      this.name();
      this.kind.blur(); // so that the keyboard steers the player again
    });
    this.buttons = [button('chevronLeft', '', () => jump(this.chosen, -1)), button('chevronRight', '', () => jump(this.chosen, 1))];
    this.element = h('span', { class: 'jump', role: 'group', 'aria-label': 'Jump' }, this.buttons[0], this.kind, this.buttons[1]);
    this.name();
  }

  private get chosen(): JumpKind {
    return this.kind.value as JumpKind;
  }

  private name(): void {
    this.buttons.forEach((one, index) => {
      const key = JUMP_KEYS[this.chosen][index];
      const label = `${index === 0 ? 'Previous' : 'Next'} ${JUMPS[this.chosen].toLowerCase()}${key ? ` (${key})` : ''}`;
      one.title = label;
      one.setAttribute('aria-label', label);
    });
  }
}

function button(name: IconName, label: string, click: () => void, testid?: string): HTMLButtonElement {
  const data = testid ? { testid } : {};
  return h('button', { class: 'icon-button', type: 'button', title: label, 'aria-label': label, data, on: { click } }, icon(name));
}
