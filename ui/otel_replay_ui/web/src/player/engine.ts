/**
 * Plays a session: one clock for all tabs; parts are loaded as they are needed; the picture of the tab in
 * front is kept in step. The new picture of a seek is built behind the old one and then put in its place.
 */

import { Emitter } from '../lib/emitter';
import type { Manifest, SessionEvent, TabManifest } from '../lib/types';
import { Clock } from './clock';
import { focusChanges, nextChange, tabAt, type Focus } from './follow';
import { idleJump } from './idle';
import { Loader } from './loader';
import { checkpointAt, hasPlayback, nextChunkStart, nextRecorded, sessionDuration, tabById } from './manifest';
import { liveEdge, Pace } from './pace';
import { PartStore } from './parts';
import { Surface, type Viewport } from './surface';
import type { Damage, PartWindow } from './window';

/** `waiting`: at the live edge of a session under way. `failed` and `empty` are final and say why. */
export type Phase = 'loading' | 'ready' | 'buffering' | 'waiting' | 'failed' | 'empty';

export interface EngineMessages {
  time: number;
  /** Phase, playing, speed, tab or settings changed. */
  state: null;
  /** Duration, tabs or live state changed. */
  manifest: Manifest;
  damage: Damage[];
  viewport: Viewport;
  painted: number;
}

const AHEAD_MS = 60_000;
const TAB_PREFETCH_MS = 15_000;
/** More rrweb JSON than this in one replayer, and playback moves on to a fresh one at the next checkpoint. */
const WINDOW_LIMIT_BYTES = 64 * 1024 * 1024;
/** After parts ahead could not be had, so long until they are asked for again, unless playback needs them at once. */
const AHEAD_AGAIN_MS = 5000;

export class Engine extends Emitter<EngineMessages> {
  phase: Phase = 'loading';
  message = '';
  playing = false;
  skipIdle = false;
  /** The tab that the viewer chose; null follows the user. */
  pinned: string | null = null;
  readonly damage = new Map<string, Damage>();
  /** The tab in front, when there is no picture of it to show but there are of others. */
  blank: string | null = null;
  private readonly clock = new Clock();
  private readonly pace = new Pace(this.clock, (rate) => this.surface?.setSpeed(rate));
  private readonly loader: Loader;
  private focus: Focus[] = [];
  private moments: number[] = [];
  private events: SessionEvent[] = [];
  private window: PartWindow | null = null;
  private surface: Surface | null = null;
  private job = new AbortController();
  private presenting: Promise<void> | null = null;
  private extending: Promise<void> | null = null;
  private prefetched = '';
  private aheadFailedAt = -Infinity;
  private frame = 0;

  constructor(
    public manifest: Manifest,
    private readonly stage: HTMLElement,
    readonly store = new PartStore(manifest.session_id),
  ) {
    super();
    this.loader = new Loader(store, (found) => this.reportDamage(found));
    this.setEvents([]);
    if (!hasPlayback(manifest)) this.finish('empty', 'No picture of the page was recorded in this session.');
  }

  get time(): number {
    return Math.min(this.clock.time, this.duration);
  }

  get duration(): number {
    return sessionDuration(this.manifest);
  }

  get live(): boolean {
    return this.manifest.state === 'live';
  }

  get speed(): number {
    return this.pace.speed;
  }

  get tabId(): string | null {
    return this.currentTab ?? this.wantedTab(this.time);
  }

  private get currentTab(): string | null {
    return this.window?.tabId ?? this.blank;
  }

  get document(): Document | null {
    return this.surface?.document ?? null;
  }

  get viewport(): Viewport | null {
    return this.surface?.viewport ?? null;
  }

  /** Nothing can be shown, now or later. */
  get dead(): boolean {
    return this.phase === 'empty' || this.phase === 'failed';
  }

  /** Where the picture first exists, when that is after the current time. */
  get opensAt(): number | null {
    const first = this.window?.firstPicture ?? 0;
    return first > this.time + 250 ? first : null;
  }

  /** Tell what happened in the session: it says which tab was in front and what is worth not skipping. */
  setEvents(events: SessionEvent[]): void {
    this.events = events;
    this.focus = focusChanges(this.manifest, events);
    this.moments = events.map((event) => event.offset_ms).sort((a, b) => a - b);
  }

  /** Take over a newer manifest of the same session. */
  setManifest(manifest: Manifest): void {
    const wasEmpty = this.phase === 'empty';
    this.manifest = manifest;
    this.setEvents(this.events);
    this.emit('manifest', manifest);
    if (wasEmpty && hasPlayback(manifest)) {
      this.phase = 'loading';
      void this.seek(this.time);
      return;
    }
    const waited = this.phase === 'waiting';
    if (!this.playing || !(waited || (this.pace.following && this.phase === 'ready'))) return;
    void this.extend(); // at once: the next frame may be a while away
    if (waited) this.skipToNews();
    this.pace.catchUp(this.duration);
    if (waited) this.goOn();
  }

  /** Nothing happened between the live edge and the first of what came in: who watches must not wait for it again. */
  private skipToNews(): void {
    const next = nextRecorded(this.manifest, this.clock.time);
    if (Number.isFinite(next)) this.clock.set(Math.min(next, this.duration));
  }

  /** When every page of the session has been left, the moment at which the last one was; null while one is open. */
  get leftAt(): number | null {
    const { tabs } = this.manifest;
    return tabs.length > 0 && tabs.every((tab) => tab.final) ? Math.max(...tabs.map((tab) => tab.end_offset_ms)) : null;
  }

  /** Show the picture at `t`; resolves when it is on the screen, or that of whatever took over meanwhile. */
  async seek(t: number): Promise<void> {
    this.pace.unfollow();
    const target = Math.max(0, Math.min(t, this.duration));
    this.clock.stop();
    this.clock.set(target);
    this.emit('time', target);
    void this.present(target);
    while (this.presenting) await this.presenting;
  }

  play(): void {
    if (this.dead || this.playing) return;
    if (!this.live && this.time >= this.duration - 1) {
      void this.seek(0).then(() => this.play());
      return;
    }
    this.playing = true;
    if (this.phase === 'ready' || this.phase === 'waiting') this.goOn();
    this.emit('state', null);
  }

  pause(): void {
    if (!this.playing) return;
    this.playing = false;
    this.pace.unfollow();
    this.hold();
    this.emit('time', this.time);
    this.emit('state', null);
  }

  setSpeed(speed: number): void {
    this.pace.setSpeed(speed);
    this.emit('state', null);
  }

  setSkipIdle(on: boolean): void {
    this.skipIdle = on;
    this.emit('state', null);
  }

  /** Watch one tab, or with null the one that the user is in. */
  async pin(tab: string | null): Promise<void> {
    this.pinned = tab;
    this.emit('state', null);
    if (this.wantedTab(this.time) !== this.currentTab) await this.seek(this.time);
  }

  async goLive(): Promise<void> {
    this.pinned = null;
    await this.seek(liveEdge(this.duration));
    this.pace.follow();
    this.play();
  }

  /** The tab that the user was in at `t`, as far as the events tell. */
  followedTab(t: number): string | null {
    return tabAt(this.focus, t);
  }

  /** The tab that would be shown at `t`. */
  tabShownAt(t: number): TabManifest | undefined {
    return this.tab(this.wantedTab(t));
  }

  private wantedTab(t: number): string | null {
    return this.pinned ?? this.followedTab(t);
  }

  hasTab(id: string | null): boolean {
    return this.tab(id) !== undefined;
  }

  private tab(id: string | null): TabManifest | undefined {
    return id === null ? undefined : tabById(this.manifest, id);
  }

  private present(t: number): Promise<void> {
    const presenting: Promise<void> = this.bring(t).finally(() => {
      if (this.presenting === presenting) this.presenting = null;
    });
    return (this.presenting = presenting);
  }

  /** Load and show `t`, then go on playing if that is what the viewer wants. */
  private async bring(t: number): Promise<void> {
    if (!hasPlayback(this.manifest)) return;
    this.job.abort();
    const job = (this.job = new AbortController());
    this.setPhase('buffering');
    try {
      const shown = await this.show(t, job.signal);
      if (!shown || job.signal.aborted) return;
      await painted();
      if (job.signal.aborted) return;
      this.setPhase('ready');
      this.emit('painted', t);
      if (this.playing) this.goOn();
    } catch (error) {
      if (!job.signal.aborted) this.finish('failed', error instanceof Error ? error.message : String(error));
    }
  }

  private async show(t: number, signal: AbortSignal): Promise<boolean> {
    const tab = this.tab(this.wantedTab(t));
    if (tab && this.window && this.surface && this.covers(tab, this.window, t)) {
      this.surface.append(await this.loader.complete(tab, this.window, t, signal));
      await Promise.resolve(); // the replayer takes appended events in a microtask
      this.surface.seek(this.window.paintable(t));
      return true;
    }
    const loaded = tab ? await this.loader.open(tab, t, signal) : null;
    if (signal.aborted) return false;
    if (!loaded) return this.showNothing(tab);
    await this.replace(loaded.window, new Surface(this.stage, loaded.events, { speed: this.clock.speed }), t, signal);
    return true;
  }

  /** No picture of this tab exists: the session goes on if another tab has one. */
  private showNothing(tab: TabManifest | undefined): boolean {
    const message = 'The recorded picture of this page is missing or damaged: there is no snapshot to start from.';
    if (!tab || !this.manifest.tabs.some((other) => this.hasPicture(other))) {
      this.finish('empty', message);
      return false;
    }
    this.surface?.destroy();
    this.surface = null;
    this.window = null;
    this.blank = tab.id;
    this.message = message;
    return true;
  }

  private hasPicture(tab: TabManifest): boolean {
    return checkpointAt(tab, 0, this.loader.unusableOf(tab.id)) !== null;
  }

  /** The current window can show `t` without reading more than playing up to it would. */
  private covers(tab: TabManifest, window: PartWindow, t: number): boolean {
    const checkpoint = checkpointAt(tab, t, this.loader.unusableOf(tab.id));
    if (tab.id !== window.tabId || checkpoint === null) return false;
    return checkpoint >= window.fromSeq && checkpoint <= window.lastSeq && window.sizeBytes < WINDOW_LIMIT_BYTES;
  }

  /** Build the new picture out of sight, then swap. */
  private async replace(window: PartWindow, surface: Surface, t: number, signal: AbortSignal): Promise<void> {
    surface.element.classList.add('behind');
    try {
      await surface.ready();
      signal.throwIfAborted();
      surface.seek(window.paintable(t));
    } catch (error) {
      surface.destroy(); // or it would stay there for good
      throw error;
    }
    this.surface?.destroy();
    surface.element.classList.remove('behind');
    this.surface = surface;
    this.window = window;
    this.blank = null;
    surface.onResize = (viewport) => this.emit('viewport', viewport);
    this.emit('viewport', surface.viewport);
  }

  private goOn(): void {
    this.setPhase('ready');
    this.clock.start();
    this.startPicture();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.tick());
  }

  private startPicture(): void {
    const { window, surface } = this;
    if (window && surface && this.time >= window.firstPicture) surface.play(this.time);
  }

  private hold(): void {
    cancelAnimationFrame(this.frame);
    this.clock.stop();
    this.surface?.pause();
  }

  private tick(): void {
    if (!this.playing || !this.clock.running) return;
    const t = this.time;
    this.emit('time', t);
    if (this.turnsToOtherTab(t) || this.runsDry(t) || this.atEnd(t)) return;
    this.skipAhead(t);
    this.lookAhead(t);
    this.surface?.keepUp(this.time);
    this.frame = requestAnimationFrame(() => this.tick());
  }

  private atEnd(t: number): boolean {
    if (t < this.duration) return false;
    this.hold();
    this.clock.set(this.duration);
    // The replayer may not have come to the last events by itself, and in a live session nothing follows them for a while.
    if (this.window && this.surface) this.surface.seek(this.window.paintable(this.duration));
    if (this.live) this.setPhase('waiting');
    else this.playing = false;
    this.emit('state', null);
    return true;
  }

  private turnsToOtherTab(t: number): boolean {
    const wanted = this.wantedTab(t);
    const tooBig = this.window !== null && this.window.sizeBytes > WINDOW_LIMIT_BYTES && this.canStartAfresh(t);
    if (wanted === null || (wanted === this.currentTab && !tooBig)) return this.beginsNow(t);
    this.hold();
    void this.present(t);
    return true;
  }

  /** The page that is shown opens at this moment: its picture starts to move. */
  private beginsNow(t: number): boolean {
    if (this.window && t >= this.window.firstPicture && !this.surface?.isPlaying) this.surface?.play(t);
    return false;
  }

  private canStartAfresh(t: number): boolean {
    const tab = this.tab(this.window?.tabId ?? null);
    const checkpoint = tab && checkpointAt(tab, t, this.loader.unusableOf(tab.id));
    return typeof checkpoint === 'number' && checkpoint > (this.window?.fromSeq ?? Infinity);
  }

  /** Playback has reached a part that is not loaded: wait for it. */
  private runsDry(t: number): boolean {
    if (t < this.loadedUntil) return false;
    this.hold();
    this.setPhase('buffering');
    const { signal } = this.job;
    void this.extend().then(() => {
      if (!signal.aborted && this.phase === 'buffering' && this.playing) this.goOn();
    });
    return true;
  }

  private get loadedUntil(): number {
    const tab = this.tab(this.window?.tabId ?? null);
    return tab && this.window ? nextChunkStart(tab, this.window.lastSeq) : Infinity;
  }

  private lookAhead(t: number): void {
    const runsShort = this.loadedUntil < t + Math.max(AHEAD_MS, 8000 * this.speed);
    if (runsShort && performance.now() - this.aheadFailedAt > AHEAD_AGAIN_MS) void this.extend();
    const next = this.pinned === null ? nextChange(this.focus, t) : null;
    const tab = next && this.tab(next.tab);
    if (!next || !tab || next.at - t > TAB_PREFETCH_MS * Math.max(1, this.speed)) return;
    const key = `${next.tab}@${next.at}`;
    if (this.prefetched === key) return;
    this.prefetched = key;
    // A failure here is met again, and shown, when the tab is turned to.
    this.loader.prefetch(tab, next.at, this.job.signal).catch(() => (this.prefetched = ''));
  }

  /** Read the next parts; one request at a time. */
  private extend(): Promise<void> {
    this.extending ??= this.readAhead().finally(() => (this.extending = null));
    return this.extending;
  }

  private async readAhead(): Promise<void> {
    const { window, surface, job } = this;
    const tab = this.tab(window?.tabId ?? null);
    if (!window || !surface || !tab) return;
    const until = this.time + Math.max(AHEAD_MS, 8000 * this.speed);
    try {
      const events = await this.loader.ahead(tab, window, until, job.signal);
      if (window === this.window) surface.append(events);
    } catch (error) {
      if (job.signal.aborted) return;
      this.aheadFailedAt = performance.now();
      // What is loaded plays on; it may be over before the playhead comes there.
      if (this.phase === 'buffering') this.finish('failed', error instanceof Error ? error.message : String(error));
    }
  }

  private skipAhead(t: number): void {
    if (!this.skipIdle || !this.window) return;
    const change = this.pinned === null ? nextChange(this.focus, t) : null;
    const target = idleJump({
      t,
      nextActivity: this.window.nextActivity(t),
      moments: this.moments,
      loadedUntil: this.loadedUntil,
      stops: [this.duration, change?.at ?? Infinity],
    });
    if (target === null) return;
    this.clock.set(target);
    this.surface?.play(target);
  }

  private reportDamage(found: Damage[]): void {
    for (const damage of found) this.damage.set(`${damage.tab}:${damage.seq}`, damage);
    this.emit('damage', [...this.damage.values()]);
  }

  private setPhase(phase: Phase): void {
    if (this.phase === phase) return;
    this.phase = phase;
    this.emit('state', null);
  }

  private finish(phase: 'failed' | 'empty', message: string): void {
    this.hold();
    this.playing = false;
    this.message = message;
    this.phase = phase;
    this.emit('state', null);
  }
}

/** Once a frame has been drawn with what is there now: what a frame's callback posts is delivered after that frame. */
function painted(): Promise<void> {
  if (document.visibilityState === 'hidden') return Promise.resolve();
  return new Promise((resolve) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }),
  );
}
