/**
 * A run of parts of one tab, from a checkpoint on, turned into events that can be played.
 *
 * A part that cannot be had leaves a hole. If it was a checkpoint, what follows refers to nodes that
 * nobody knows, and is left out until the next checkpoint; otherwise the rest is played as it is.
 */

import type { TabManifest } from '../lib/types';
import { defuse } from './defuse';
import { chunkStart, indexOfSeq, nextCheckpoint } from './manifest';
import type { Part } from './parts';
import { EventType, isActivity, type RrwebEvent } from './rrweb';
import { SessionTiming } from './timing';

export interface Damage {
  tab: string;
  seq: number;
  from: number;
  to: number;
  /** Where the picture is whole again; null when it never is. */
  wholeAgainAt: number | null;
  checkpoint: boolean;
  message: string;
}

export class PartWindow {
  readonly tabId: string;
  readonly fromSeq: number;
  lastSeq: number;
  /** Bytes as rrweb JSON of all that was read into it. */
  sizeBytes = 0;
  /** Times of what the user did, ascending; for skipping idle stretches. */
  readonly activity: number[] = [];
  /** [time of Meta, time of its FullSnapshot]: in between there is nothing to show. */
  private readonly snapshots: [number, number][] = [];
  private readonly timing = new SessionTiming();
  private blindUntilSeq = -1;
  private metaAt: number | null = null;

  constructor(tab: TabManifest, fromSeq: number) {
    this.tabId = tab.id;
    this.fromSeq = fromSeq;
    this.lastSeq = fromSeq - 1;
  }

  /** Events to play and damage to report of parts that follow what is there already. */
  append(tab: TabManifest, parts: Part[]): { events: RrwebEvent[]; damage: Damage[] } {
    const events: RrwebEvent[] = [];
    const damage: Damage[] = [];
    for (const part of parts) {
      this.lastSeq = Math.max(this.lastSeq, part.seq);
      if (part.damage !== null) damage.push(this.reportDamage(tab, part));
      else if (part.seq >= this.blindUntilSeq) events.push(...this.place(tab, part));
    }
    return { events, damage };
  }

  /** The nearest moment at or after `t` at which a picture exists. */
  paintable(t: number): number {
    const first = this.snapshots[0];
    if (!first) return t;
    if (t < first[1]) return first[1];
    const between = this.snapshots.find(([meta, full]) => meta <= t && t < full);
    return between ? between[1] : t;
  }

  /** When the first picture is there; before it there is nothing to play. */
  get firstPicture(): number {
    return this.snapshots[0]?.[1] ?? 0;
  }

  get playable(): boolean {
    return this.snapshots.length > 0;
  }

  /** Time of the next thing the user does after `t`, as far as it is loaded. */
  nextActivity(t: number): number | null {
    return this.activity.find((time) => time > t) ?? null;
  }

  private place(tab: TabManifest, part: Part): RrwebEvent[] {
    const events = this.timing.place(part.events, chunkStart(tab, part.seq) ?? tab.start_offset_ms);
    for (const event of events) {
      defuse(event);
      this.note(event);
    }
    return events;
  }

  private note(event: RrwebEvent): void {
    if (event.type === EventType.Meta) this.metaAt = event.timestamp;
    if (event.type === EventType.FullSnapshot) {
      this.snapshots.push([this.metaAt ?? event.timestamp, event.timestamp]);
    }
    if (isActivity(event) && event.timestamp - (this.activity.at(-1) ?? -Infinity) > 100) {
      this.activity.push(event.timestamp);
    }
  }

  private reportDamage(tab: TabManifest, part: Part): Damage {
    const checkpoint = tab.chunks.checkpoint.includes(part.seq);
    const next = nextCheckpoint(tab, part.seq);
    if (checkpoint) this.blindUntilSeq = next ?? Infinity;
    const index = indexOfSeq(tab.chunks, part.seq);
    const from = tab.chunks.start[index] ?? tab.start_offset_ms;
    return {
      tab: tab.id,
      seq: part.seq,
      from,
      to: Math.max(from, tab.chunks.end[index] ?? from),
      wholeAgainAt: next === null ? null : chunkStart(tab, next),
      checkpoint,
      message: part.damage ?? '',
    };
  }
}
