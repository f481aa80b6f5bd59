/** Turn "the picture of this tab at this moment" into events: plan, fetch, decode, avoid what is damaged. */

import type { TabManifest } from '../lib/types';
import { planAhead, planSeek, seqsIn, sizeOf, type SeqRange } from './manifest';
import type { PartStore } from './parts';
import type { RrwebEvent } from './rrweb';
import { PartWindow, type Damage } from './window';

export interface Loaded {
  window: PartWindow;
  events: RrwebEvent[];
}

/** Stored bytes of one request ahead of playback. */
const AHEAD_REQUEST_BYTES = 4 * 1024 * 1024;
/** The same as JSON, which is what segments arrive as: a twentieth of it is stored. */
const AHEAD_REQUEST_SIZE = 16 * 1024 * 1024;

export class Loader {
  /** Checkpoints that turned out to be unreadable, per tab. */
  private readonly unusable = new Map<string, Set<number>>();

  constructor(
    private readonly store: PartStore,
    private readonly onDamage: (damage: Damage[]) => void,
  ) {}

  unusableOf(tabId: string): Set<number> {
    const set = this.unusable.get(tabId) ?? new Set<number>();
    this.unusable.set(tabId, set);
    return set;
  }

  /** What is needed for the picture at `t`; null when the tab has no readable checkpoint at all. */
  async open(tab: TabManifest, t: number, signal: AbortSignal): Promise<Loaded | null> {
    for (;;) {
      const plan = planSeek(tab, t, this.unusableOf(tab.id));
      if (!plan) return null;
      const window = new PartWindow(tab, plan.from);
      const events = await this.read(tab, window, plan, signal);
      if (window.playable) return { window, events };
      this.unusableOf(tab.id).add(plan.checkpoint);
    }
  }

  /** The parts that `window` still lacks for the moment `t`. */
  async complete(tab: TabManifest, window: PartWindow, t: number, signal: AbortSignal): Promise<RrwebEvent[]> {
    const plan = planSeek(tab, t, this.unusableOf(tab.id));
    if (!plan || plan.to <= window.lastSeq) return [];
    return this.read(tab, window, { from: window.lastSeq + 1, to: plan.to }, signal);
  }

  /** The next parts of the window up to `until`; empty when there are none. */
  async ahead(tab: TabManifest, window: PartWindow, until: number, signal: AbortSignal): Promise<RrwebEvent[]> {
    const range = planAhead(tab, window.lastSeq, until, AHEAD_REQUEST_BYTES, AHEAD_REQUEST_SIZE);
    return range ? this.read(tab, window, range, signal) : [];
  }

  /** Have the parts for `t` at hand before they are asked for. */
  async prefetch(tab: TabManifest, t: number, signal: AbortSignal): Promise<void> {
    const plan = planSeek(tab, t, this.unusableOf(tab.id));
    if (plan) await this.store.prefetch(tab.id, seqsIn(tab, plan), signal);
  }

  private async read(tab: TabManifest, window: PartWindow, range: SeqRange, signal: AbortSignal): Promise<RrwebEvent[]> {
    const parts = await this.store.load(tab.id, seqsIn(tab, range), signal);
    signal.throwIfAborted();
    const { events, damage } = window.append(tab, parts);
    window.sizeBytes += sizeOf(tab, range);
    if (damage.length > 0) this.onDamage(damage);
    return events;
  }
}
