/** Buttons, time and progress under the picture. */

import { h, fill, setText } from '../lib/dom';
import { clockTime } from '../lib/format';
import { icon, type IconName } from '../lib/icons';
import type { Engine } from './engine';

export const SPEEDS = [0.5, 1, 2, 4, 8, 16];
export const STEP_MS = 5000;

export interface ControlActions {
  toggle: () => void;
  step: (deltaMs: number) => void;
  nextError: (direction: 1 | -1) => void;
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
  private dragging = false;

  constructor(
    private readonly engine: Engine,
    actions: ControlActions,
  ) {
    this.playButton = button('play', 'Play (space)', actions.toggle, 'play-button');
    this.progress = this.makeProgress();
    this.speed = this.makeSpeed();
    this.skip = h(
      'button',
      { class: 'toggle', type: 'button', title: 'Skip stretches in which nothing happens', on: { click: () => engine.setSkipIdle(!engine.skipIdle) } },
      'Skip idle',
    );
    this.live = h('button', { class: 'live-button', type: 'button', on: { click: () => void engine.goLive() } }, h('i', { class: 'pulse' }), 'Live');
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
      h(
        'span',
        { class: 'error-jump' },
        button('chevronLeft', 'Previous error (shift+E)', () => actions.nextError(-1)),
        h('span', { class: 'error-jump-label' }, icon('alert', 14)),
        button('chevronRight', 'Next error (E)', () => actions.nextError(1)),
      ),
      this.skip,
      this.speed,
      button('expand', 'Full screen (F)', actions.fullscreen),
    );
    engine.on('time', (t) => this.showTime(t));
    engine.on('state', () => this.showState());
    engine.on('manifest', () => this.showState());
    this.showState();
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
    const select = h('select', { class: 'speed', 'aria-label': 'Speed', title: 'Speed' });
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
    setText(this.total, clockTime(engine.duration));
    this.speed.value = String(engine.speed);
    this.skip.setAttribute('aria-pressed', String(engine.skipIdle));
    this.live.hidden = !engine.live;
    this.live.classList.toggle('at-edge', engine.playing && engine.duration - engine.time < 5000);
    this.showTime(engine.time);
  }
}

function button(name: IconName, label: string, click: () => void, testid?: string): HTMLButtonElement {
  const data = testid ? { testid } : {};
  return h('button', { class: 'icon-button', type: 'button', title: label, 'aria-label': label, data, on: { click } }, icon(name));
}
