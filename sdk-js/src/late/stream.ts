import type { eventWithTime } from '@rrweb/types';

import type { ChunkDraft } from '../delivery/chunk';
import { FULL_SNAPSHOT, INCREMENTAL, META } from './rrweb';
import { RING_MS } from '../gate';

/** The first chunk leaves early, so that a session shows up at once. */
export const FIRST_CHUNK_MS = 500;
/** While a person does something others may watch it live; what the page does alone can wait. */
export const CHUNK_MS = 5000;
export const LIVE_CHUNK_MS = 1500;
/** So long after an input a person counts as doing something. */
const LIVE_MS = 10_000;
/** JSON units after which a chunk is cut; one event bigger than this travels alone. */
export const CHUNK_SIZE = 256 * 1024;
/** A snapshot above this leaves at once: as a tail it would not fit into what a closing page may send. */
const PROMPT_SNAPSHOT_SIZE = 32 * 1024;
/**
 * Checkpoints: when a new one would spare whoever seeks more than it weighs itself (but never below this), or after activity of this
 * long. What a page has grown by since the last one is in the increments and would be in the next one too, so it counts for neither.
 */
const CHECKPOINT_MIN_SIZE = 2 * 1024 * 1024;
const CHECKPOINT_ACTIVE_MS = 5 * 60_000;
/** JSON units of an element with its text, about. */
const ELEMENT_SIZE = 128;
/** Pauses between events count as activity up to this long. */
const ACTIVE_GAP_MS = 5000;
const IDLE_TIMEOUT_MS = 1000;
/** The longest that work in idle time goes on at once. */
const SLICE_MS = 10;
/** A change of more nodes than this is cut in several, or its masking and its JSON would hold up the page for long. */
const PIECE_NODES = 1000;
/** More changed nodes than this waiting for idle time are more than the page can be asked to carry. */
const STORM_NODES = 300_000;
/** rrweb's sources of events that a person causes: mouse and touch moves, presses, scrolling, input, selection. */
const PERSON = [1, 2, 3, 5, 6, 12, 14];

interface Mutation {
  readonly source: number;
  readonly adds?: readonly unknown[];
  readonly attributes?: readonly unknown[];
  readonly texts?: readonly unknown[];
  readonly removes?: readonly unknown[];
  /** So many nodes were added at once that rrweb left them out (build/rrweb.mjs). */
  readonly storm?: number;
}

export interface StreamHooks {
  /** Changes an event before it becomes JSON, or leaves it out. */
  readonly prepare: (event: eventWithTime) => eventWithTime | undefined;
  /** So many changes came at once that recording them would hold up the page. */
  readonly onStorm: (nodes: number) => void;
  readonly onChunk: (chunk: ChunkDraft) => void;
  /** A new full snapshot is due; called from a timer or idle callback, never inside an rrweb callback. */
  readonly onCheckpointDue: () => void;
  /** Elements that the page has now. */
  readonly elements: () => number;
  /** An event could not be turned into JSON: what follows it cannot be played. */
  readonly onBroken: (error: unknown) => void;
}

/**
 * The events of one tab, cut into numbered chunks.
 *
 * rrweb calls `push` inside mutation and input handlers of the page, so `push` only stores the event; it is
 * turned into JSON in idle time, once, and whatever is left when a chunk is cut is done then.
 */
export class TabStream {
  private pending: eventWithTime[] = [];
  private parts: string[] = [];
  private first: eventWithTime | undefined;
  private second: eventWithTime | undefined;
  private endMs = 0;
  private size = 0;
  private seq = 0;
  private started = false;
  private closed = false;
  private snapshotSize = 0;
  private snapshotElements = 0;
  private sinceSnapshot = 0;
  private activeMs = 0;
  private lastEventMs = 0;
  private cutTimer: ReturnType<typeof setTimeout> | undefined;
  private cancelIdle: (() => void) | undefined;
  private waitingNodes = 0;
  private liveUntil = 0;
  private held: ChunkDraft[] = [];

  constructor(
    readonly sessionId: string,
    readonly tab: string,
    private readonly hooks: StreamHooks,
    /** Chunks are kept instead of sent; only the last minute of them, from a checkpoint on. */
    private holding = false,
  ) {}

  /** Takes an event; those before the first snapshot cannot be played and are left out. */
  push(event: eventWithTime): void {
    this.started ||= event.type === META;
    if (!this.started || this.closed) return;
    this.pending.push(...pieces(event));
    this.weigh(event);
    if (event.type === FULL_SNAPSHOT) this.snapshotElements = this.hooks.elements();
    if (this.waitingNodes > STORM_NODES) return this.hooks.onStorm(this.waitingNodes);
    this.cancelIdle ??= onIdle(() => this.work());
    this.arm();
  }

  /** Cuts what there is into a chunk now. */
  cut(final = false): void {
    this.serialisePending();
    this.emit(final);
  }

  /** Ends with `last`, in a chunk that a closing page can still send, whatever waits before it. */
  end(last: eventWithTime): void {
    this.serialisePending();
    if (this.size > PROMPT_SNAPSHOT_SIZE) this.emit(false);
    this.push(last);
    this.cut(true);
  }

  /** Sends what is kept, and from here on everything. */
  release(): void {
    if (!this.holding) return;
    this.holding = false;
    this.held.splice(0).forEach((chunk) => this.hooks.onChunk({ ...chunk, seq: this.seq++ }));
    this.cut();
  }

  /** Stops the timers and forgets what was not cut. */
  close(): void {
    this.disarm();
    this.cancelIdle?.();
    this.cancelIdle = undefined;
    this.pending = [];
    this.held = [];
    this.closed = true;
  }

  private work(): void {
    this.cancelIdle = undefined;
    this.serialisePending(performance.now() + SLICE_MS);
    if (this.pending.length > 0 && !this.closed) this.cancelIdle = onIdle(() => this.work());
    this.requestCheckpoint();
  }

  private onCutTimer(): void {
    this.cut();
    this.requestCheckpoint();
  }

  private requestCheckpoint(): void {
    const outweighed = this.sinceSnapshot > CHECKPOINT_MIN_SIZE && this.snapshotSize + this.sinceSnapshot > 2 * this.nextSnapshotSize();
    const longest = this.holding ? RING_MS : CHECKPOINT_ACTIVE_MS;
    if (this.closed || !(outweighed || this.activeMs > longest)) return;
    this.sinceSnapshot = this.activeMs = 0;
    this.hooks.onCheckpointDue();
  }

  private nextSnapshotSize(): number {
    return this.snapshotSize + (this.hooks.elements() - this.snapshotElements) * ELEMENT_SIZE;
  }

  /** Turns waiting events into JSON, until a time of `performance.now()`. */
  private serialisePending(untilMs = Infinity): void {
    let done = 0;
    try {
      while (done < this.pending.length && (done === 0 || performance.now() < untilMs)) {
        const event = this.hooks.prepare(this.pending[done++] as eventWithTime);
        if (event) this.append(event, JSON.stringify(event));
      }
    } catch (error) {
      this.hooks.onBroken(error);
    }
    this.pending.splice(0, done);
    if (this.pending.length === 0) this.waitingNodes = 0;
    if (this.parts.length > 0 && !this.closed) this.arm();
  }

  private weigh(event: eventWithTime): void {
    if (event.type !== INCREMENTAL) return;
    const { source, adds = [], attributes = [], storm = 0 } = event.data as unknown as Mutation;
    this.waitingNodes += adds.length + attributes.length + storm;
    if (PERSON.includes(source)) this.liveUntil = event.timestamp + LIVE_MS;
  }

  private append(event: eventWithTime, json: string): void {
    const completes = event.type === FULL_SNAPSHOT && this.parts.length === 1 && this.first?.type === META;
    const overflows = this.size + json.length > CHUNK_SIZE;
    if (event.type === META || (overflows && !completes)) this.emit(false);
    if (this.parts.length === 0) this.first = event;
    else this.second ??= event;
    this.parts.push(json);
    this.size += json.length + 1;
    this.endMs = Math.max(this.endMs, event.timestamp);
    this.count(event, json.length);
    const promptly = event.type === FULL_SNAPSHOT && this.size > PROMPT_SNAPSHOT_SIZE;
    if (promptly || this.size > CHUNK_SIZE) this.emit(false);
  }

  private count(event: eventWithTime, size: number): void {
    if (event.type === FULL_SNAPSHOT) {
      this.snapshotSize = size;
      this.sinceSnapshot = this.activeMs = 0;
    } else {
      this.sinceSnapshot += size;
      this.activeMs += Math.min(Math.max(0, event.timestamp - this.lastEventMs), ACTIVE_GAP_MS);
    }
    this.lastEventMs = event.timestamp;
  }

  private emit(final: boolean): void {
    const first = this.first;
    if (this.closed || this.parts.length === 0 || !first) return;
    const chunk: ChunkDraft = {
      sessionId: this.sessionId,
      tab: this.tab,
      seq: this.holding ? 0 : this.seq++,
      startMs: first.timestamp,
      endMs: Math.max(first.timestamp, this.endMs),
      events: this.parts.length,
      checkpoint: first.type === META && this.second?.type === FULL_SNAPSHOT,
      final,
      json: `[${this.parts.join(',')}]`,
    };
    this.reset();
    if (this.holding) this.hold(chunk);
    else this.hooks.onChunk(chunk);
  }

  /** Forgets what lies before the last checkpoint that is a minute old. */
  private hold(chunk: ChunkDraft): void {
    this.held.push(chunk);
    const old = this.held.filter(({ checkpoint, startMs }) => checkpoint && startMs <= chunk.endMs - RING_MS);
    const from = old[old.length - 1];
    if (from) this.held = this.held.slice(this.held.indexOf(from));
  }

  private reset(): void {
    this.disarm();
    this.parts = [];
    this.first = this.second = undefined;
    this.size = this.endMs = 0;
  }

  private arm(): void {
    const live = Date.now() < this.liveUntil ? LIVE_CHUNK_MS : CHUNK_MS;
    this.cutTimer ??= setTimeout(() => this.onCutTimer(), this.seq === 0 ? FIRST_CHUNK_MS : live);
  }

  private disarm(): void {
    clearTimeout(this.cutTimer);
    this.cutTimer = undefined;
  }
}

/** The same change, as several with at most so many nodes each: first what goes and comes, then texts and attributes, as it is replayed. */
function pieces(event: eventWithTime): eventWithTime[] {
  const { adds = [], attributes = [], removes = [], texts = [], ...data } = event.data as unknown as Mutation;
  if (event.type !== INCREMENTAL || adds.length + attributes.length <= PIECE_NODES) return [event];
  const nothing = { adds: [], attributes: [], removes: [], texts: [] };
  const parts: Partial<Mutation>[] = [{ removes }, ...slices(adds).map((some) => ({ adds: some })), { texts }, ...slices(attributes).map((some) => ({ attributes: some }))];
  return parts.map((part) => ({ ...event, data: { ...data, ...nothing, ...part } }) as unknown as eventWithTime);
}

function slices(all: readonly unknown[]): (readonly unknown[])[] {
  return Array.from({ length: Math.ceil(all.length / PIECE_NODES) }, (_, at) => all.slice(at * PIECE_NODES, (at + 1) * PIECE_NODES));
}

/** Runs `work` when the page is idle, at the latest after a second; returns how to cancel. */
function onIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(work, { timeout: IDLE_TIMEOUT_MS });
    return () => cancelIdleCallback(handle);
  }
  const handle = setTimeout(work, 200);
  return () => clearTimeout(handle);
}
