/**
 * A small picture of another moment, for the tool tip of the time line. It has a replayer of its own, fed from the
 * player's parts, and stands back: the stage comes first, and what would be expensive is not shown.
 */

import { h } from '../lib/dom';
import type { TabManifest } from '../lib/types';
import type { Engine } from './engine';
import { Loader } from './loader';
import { planSeek, seqsIn, sizeOf, type SeekPlan } from './manifest';
import { Surface } from './surface';
import type { PartWindow } from './window';

const WIDTH_PX = 240;
const HIGHEST_PX = 170;
/** The pointer has come to rest, or nearly. */
const REST_MS = 90;
/** More than this is not fetched for a glance. */
const FETCH_LIMIT_BYTES = 1024 * 1024;
/** Nor is more than this, as rrweb JSON, built on the main thread. */
const BUILD_LIMIT_BYTES = 4 * 1024 * 1024;
/** The replayer goes when nobody has looked for so long. */
const KEEP_MS = 15_000;

export class MomentPreview {
  readonly element = h('div', { class: 'preview', hidden: true, 'aria-hidden': 'true', data: { testid: 'moment-preview' } });
  private readonly loader: Loader;
  private job = new AbortController();
  private window: PartWindow | null = null;
  private surface: Surface | null = null;
  private resting = 0;
  private leaving = 0;

  constructor(private readonly engine: Engine) {
    // The player says what is damaged when it comes there itself.
    this.loader = new Loader(engine.store, () => undefined);
  }

  show(t: number): void {
    clearTimeout(this.resting);
    clearTimeout(this.leaving);
    this.element.classList.add('waiting');
    this.resting = window.setTimeout(() => void this.bring(t), REST_MS);
  }

  hide(): void {
    clearTimeout(this.resting);
    this.job.abort();
    this.element.hidden = true;
    this.leaving = window.setTimeout(() => this.drop(), KEEP_MS);
  }

  private async bring(t: number): Promise<void> {
    this.job.abort();
    const { signal } = (this.job = new AbortController());
    const tab = this.engine.tabShownAt(t);
    const plan = tab ? planSeek(tab, t, this.loader.unusableOf(tab.id)) : null;
    if (!tab || !plan || !this.affordable(tab, plan)) {
      this.element.hidden = true;
      return;
    }
    try {
      if (!this.covers(tab, plan)) await this.rebuild(tab, t, signal);
      if (!signal.aborted) this.reveal(t);
    } catch {
      // A glance that fails shows nothing; the player tells why when it is asked for the same moment.
      if (!signal.aborted) this.element.hidden = true;
    }
  }

  private affordable(tab: TabManifest, plan: SeekPlan): boolean {
    if (this.engine.phase === 'buffering' || this.engine.dead) return false;
    const missing = this.engine.store.missing(tab.id, seqsIn(tab, plan));
    const bytes = tab.chunks.seq.reduce((sum, seq, index) => sum + (missing.has(seq) ? (tab.chunks.bytes[index] ?? 0) : 0), 0);
    return bytes <= FETCH_LIMIT_BYTES && sizeOf(tab, plan) <= BUILD_LIMIT_BYTES;
  }

  private covers(tab: TabManifest, plan: SeekPlan): boolean {
    const { window: at } = this;
    return at !== null && at.tabId === tab.id && at.fromSeq === plan.from && at.lastSeq >= plan.to;
  }

  private async rebuild(tab: TabManifest, t: number, signal: AbortSignal): Promise<void> {
    const loaded = await this.loader.open(tab, t, signal);
    if (signal.aborted || !loaded) return;
    this.drop();
    this.surface = new Surface(this.element, loaded.events, { speed: 1, still: true });
    this.window = loaded.window;
    await this.surface.ready();
  }

  private reveal(t: number): void {
    const { surface, window: at } = this;
    if (!surface || !at) return;
    surface.seek(at.paintable(t));
    const { width, height } = surface.viewport;
    const scale = Math.min(WIDTH_PX / width, 1);
    surface.element.style.transform = `scale(${scale})`;
    this.element.style.width = `${width * scale}px`;
    this.element.style.height = `${Math.min(HIGHEST_PX, height * scale)}px`;
    this.element.hidden = false;
    this.element.classList.remove('waiting');
  }

  private drop(): void {
    this.surface?.destroy();
    this.surface = null;
    this.window = null;
  }
}
