/** The player on the page: tabs, address, the picture in its frame, messages over it, controls. */

import { h, fill, setText } from '../lib/dom';
import { clockTime, duration, plural, urlPath } from '../lib/format';
import { icon } from '../lib/icons';
import type { Manifest, SessionEvent } from '../lib/types';
import { Addresses } from './address';
import { Controls } from './controls';
import { Engine } from './engine';
import { Inspector } from './inspect';
import { jumpFrom, type JumpKind } from './jump';
import { allGaps } from './manifest';
import type { Viewport } from './surface';

const SLOW_MS = 300;

export class PlayerView {
  readonly element: HTMLElement;
  readonly engine: Engine;
  readonly inspector: Inspector;
  private readonly device = h('div', { class: 'device', data: { testid: 'replay-frame' } });
  private readonly stage = h('div', { class: 'stage' }, this.device);
  private readonly overlay = h('div', { class: 'overlay', hidden: true });
  private readonly damage = h('div', { class: 'damage', role: 'status', hidden: true, data: { testid: 'damage-notice' } });
  private readonly url = h('span', { class: 'address-url' });
  private readonly size = h('span', { class: 'address-size' });
  private readonly address = h('div', { class: 'address' }, h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), h('span', { class: 'address-field' }, icon('globe', 14), this.url), this.size);
  private readonly followSlot = h('div', { class: 'follow-slot' });
  private readonly chips = h('div', { class: 'tab-chips' });
  private readonly tabRow = h('div', { class: 'tab-row', role: 'group', 'aria-label': 'Tabs of the session' }, this.followSlot, this.chips);
  private addresses: Addresses;
  private events: SessionEvent[] = [];
  /** All is known that decides which tab is shown; until then the first picture may still change. */
  private settled = false;
  /** It was under way when it was opened: who watched it is told that it is over. */
  private readonly wasLive: boolean;
  private chipKey = '';
  private dismissed = '';
  /** It has been loading for so long that it must be said. */
  private slow = false;
  private slowTimer = 0;

  constructor(manifest: Manifest) {
    this.engine = new Engine(manifest, this.device);
    this.wasLive = manifest.state === 'live';
    this.addresses = new Addresses(manifest, []);
    const controls = new Controls(this.engine, {
      toggle: () => this.toggle(),
      step: (delta) => this.step(delta),
      jump: (kind, direction) => this.jump(kind, direction),
      inspect: () => this.inspector.toggle(),
      fullscreen: () => this.fullscreen(),
    });
    this.inspector = new Inspector(this.engine, this.device, (on) => controls.showInspecting(on));
    this.stage.append(this.overlay, this.damage, this.inspector.element);
    this.element = h(
      'section',
      { class: 'player', 'aria-label': 'Replay', data: { testid: 'player' } },
      this.tabRow,
      this.address,
      this.stage,
      controls.element,
    );
    new ResizeObserver(() => {
      this.fit();
      this.revealChip();
    }).observe(this.stage);
    this.listen();
  }

  private listen(): void {
    const { engine } = this;
    engine.on('viewport', () => this.fit());
    engine.on('time', () => this.refresh());
    engine.on('state', () => {
      this.watchLoading();
      this.refresh();
    });
    engine.on('painted', () => this.refresh());
    engine.on('damage', () => this.refresh());
    engine.on('manifest', (manifest) => {
      this.addresses = new Addresses(manifest, this.events);
      this.refresh();
    });
    // rAF stands still in a hidden page: without a pause the picture would jump on return.
    let resume = false;
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) resume = engine.playing;
      if (document.hidden) engine.pause();
      else if (resume) engine.play();
    });
  }

  setEvents(events: SessionEvent[]): void {
    this.events = events;
    this.engine.setEvents(events);
    this.addresses = new Addresses(this.engine.manifest, events);
    this.refresh();
  }

  /** The events are there, or will not come. */
  async settle(): Promise<void> {
    if (!this.engine.playing && !this.engine.dead) await this.engine.pin(this.engine.pinned);
    this.settled = true;
    this.refresh();
  }

  get ready(): boolean {
    return this.settled && (this.engine.phase === 'ready' || this.engine.phase === 'waiting');
  }

  toggle(): void {
    if (this.engine.playing) this.engine.pause();
    else this.engine.play();
  }

  step(deltaMs: number): void {
    void this.engine.seek(this.engine.time + deltaMs);
  }

  /** To the next or previous event of a kind; stays where there is none. */
  jump(kind: JumpKind, direction: 1 | -1): void {
    const to = jumpFrom(this.events, kind, direction, this.engine.time, this.engine.playing);
    if (to !== null) void this.engine.seek(to);
  }

  fullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.element.requestFullscreen();
  }

  /** Scale the page to the space there is; never larger than it was. */
  private fit(): void {
    const viewport: Viewport = this.engine.viewport ?? { width: 1280, height: 800 };
    const padding = 24;
    const width = this.stage.clientWidth - padding;
    const height = this.stage.clientHeight - padding;
    const scale = Math.min(1, width / viewport.width, height / viewport.height);
    if (!(scale > 0)) return;
    this.device.style.width = `${viewport.width}px`;
    this.device.style.height = `${viewport.height}px`;
    this.device.style.transform = `translate(-50%, -50%) scale(${scale})`;
    this.device.style.setProperty('--unscale', String(1 / scale));
    this.device.dataset['form'] = formOf(viewport);
    setText(this.size, `${viewport.width} × ${viewport.height}`);
  }

  private refresh(): void {
    setText(this.url, this.addresses.at(this.engine.tabId, this.engine.time) || 'about:blank');
    this.url.title = this.url.textContent ?? '';
    this.address.hidden = this.engine.phase === 'empty' && !this.engine.viewport;
    this.showChips();
    this.showOverlay();
    this.showDamage();
    this.element.dataset['phase'] = this.settled || this.engine.dead ? this.engine.phase : 'loading';
  }

  private showChips(): void {
    const { manifest, pinned, tabId } = this.engine;
    const key = [manifest.version, pinned, tabId].join('|');
    if (key === this.chipKey) return;
    this.chipKey = key;
    this.tabRow.hidden = manifest.tabs.length < 2;
    fill(this.followSlot, this.chip('Follow the user', null));
    fill(this.chips, ...manifest.tabs.map((tab) => this.chip(urlPath(tab.url) || '/', tab.id, clockTime(tab.start_offset_ms))));
    this.revealChip();
  }

  private revealChip(): void {
    const shown = this.chips.querySelector<HTMLElement>('.showing');
    if (shown) this.chips.scrollLeft = shown.offsetLeft - this.chips.clientWidth / 2;
  }

  private chip(label: string, tab: string | null, time = ''): HTMLElement {
    const { pinned, tabId } = this.engine;
    const showing = tab !== null && tab === tabId;
    return h(
      'button',
      {
        class: `chip${showing ? ' showing' : ''}`,
        type: 'button',
        'aria-pressed': String(pinned === tab),
        title: tab === null ? 'Show the tab that the user is in' : `Stay in this tab: ${label}`,
        data: { tab: tab ?? undefined },
        on: { click: () => void this.engine.pin(tab) },
      },
      tab === null && icon('eye', 14),
      h('span', { class: 'chip-label' }, label),
      time && h('span', { class: 'chip-time' }, time),
    );
  }

  /** Most loads are over before anyone could read a spinner, and one that turns costs frames. */
  private watchLoading(): void {
    if (this.engine.phase === 'buffering') {
      this.slowTimer ||= window.setTimeout(() => this.sayLoading(), SLOW_MS);
      return;
    }
    clearTimeout(this.slowTimer);
    this.slowTimer = 0;
    this.slow = false;
  }

  private sayLoading(): void {
    this.slow = true;
    this.refresh();
  }

  private showOverlay(): void {
    const { phase, message, opensAt, time, blank, dead } = this.engine;
    const over = this.wasLive && !this.engine.live && !this.engine.playing && time >= this.engine.duration - 1;
    this.overlay.hidden = !dead && !over && blank === null && phase !== 'waiting' && phase !== 'loading' && !this.slow && opensAt === null;
    this.overlay.className = `overlay ${dead ? 'final' : over ? 'waiting' : phase}`;
    const text = over ? `The session is over: the user left at ${clockTime(this.engine.leftAt ?? this.engine.duration)}.` : dead || (blank !== null && phase === 'ready') ? message : overlayText(phase, opensAt, time, this.engine.leftAt);
    if (this.overlay.dataset['text'] === text + phase) return;
    this.overlay.dataset['text'] = text + phase;
    const retry = phase === 'failed' && h('button', { class: 'button', type: 'button', on: { click: () => void this.engine.seek(this.engine.time) } }, 'Try again');
    fill(this.overlay, dead && icon('broken', 28), !dead && phase === 'buffering' && h('i', { class: 'spinner' }), text && h('p', {}, text), retry);
    if (dead) this.overlay.setAttribute('role', 'alert');
    else this.overlay.removeAttribute('role');
  }

  /** Say what is missing of the tab that is shown; at its place in time, what that means for the picture. */
  private showDamage(): void {
    const { time, tabId } = this.engine;
    const damaged = [...this.engine.damage.values()].filter((item) => item.tab === tabId);
    const gaps = allGaps(this.engine.manifest).filter((gap) => gap.tab === tabId && gap.start_offset_ms <= time);
    this.damage.hidden = damaged.length === 0 && gaps.length === 0;
    if (this.damage.hidden) return;
    const lines = [
      ...damaged.map((item) => `Part ${item.seq} (${span(item.from, item.to)}) cannot be shown: ${sentence(item.message)} ${after(item.wholeAgainAt, item.checkpoint)}`),
      ...gaps.map((gap) => `${parts(gap.from_seq, gap.to_seq)} (${span(gap.start_offset_ms, gap.end_offset_ms)}) ${gap.to_seq > gap.from_seq ? 'are' : 'is'} missing: ${gapReason(gap.reason)}`),
    ];
    const text = lines.join('\n');
    this.damage.hidden ||= text === this.dismissed;
    if (this.damage.dataset['text'] === text) return;
    this.damage.dataset['text'] = text;
    fill(this.damage, icon('broken'), h('div', {}, ...lines.slice(0, 3).map((line) => h('p', {}, line)), lines.length > 3 && h('p', {}, `and ${plural(lines.length - 3, 'more part')}`)), this.dismissButton(text));
  }

  /** Hides what was read; something new brings the message back. */
  private dismissButton(text: string): HTMLElement {
    const dismiss = (): void => {
      this.dismissed = text;
      this.damage.hidden = true;
    };
    return h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Hide this message', on: { click: dismiss } }, icon('close', 14));
  }
}

/** The kind of device that has such a viewport. */
function formOf({ width, height }: Viewport): 'phone' | 'tablet' | 'desktop' {
  if (Math.min(width, height) < 500) return 'phone';
  return width < 1100 && height > width ? 'tablet' : 'desktop';
}

function overlayText(phase: string, opensAt: number | null, time: number, leftAt: number | null): string {
  if (phase === 'waiting') return leftAt === null ? 'Waiting for the user …' : `The user left at ${clockTime(leftAt)}. If they come back, it goes on here.`;
  if (phase === 'ready' && opensAt !== null) return `This page opens at ${clockTime(opensAt)}, in ${duration(opensAt - time)}`;
  return '';
}

function span(from: number, to: number): string {
  return from === to ? clockTime(from, true) : `${clockTime(from, true)}–${clockTime(to, true)}`;
}

function parts(from: number, to: number): string {
  return from === to ? `Part ${from}` : `Parts ${from} to ${to}`;
}

function after(wholeAgainAt: number | null, checkpoint: boolean): string {
  const effect = checkpoint ? 'The picture stands still' : 'The picture may be incomplete';
  return wholeAgainAt === null ? `${effect} from there on.` : `${effect} until ${clockTime(wholeAgainAt, true)}.`;
}

/** With a full stop, whoever wrote the message. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function gapReason(reason: string): string {
  return reason === 'missing' ? 'never arrived.' : sentence(reason);
}
