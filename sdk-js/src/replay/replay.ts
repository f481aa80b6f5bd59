import type { eventWithTime } from '@rrweb/types';

import type { ChunkDraft } from './chunk';
import { maskingOptions } from './mask';
import { pageHideEvent, type Record, type ReplayOptions } from './rrweb';
import { noteColorScheme, watchColorScheme } from './scheme';
import { TabStream } from './stream';

/** A recording that broke starts again after this, doubling up to the limit until chunks arrive again. */
const RESTART_MS = 10_000;
const RESTART_LIMIT_MS = 5 * 60_000;

export type DropReason = 'buffer_full' | 'too_large' | 'refused' | 'unserialisable';

export interface ReplayHooks {
  /** Takes a chunk; false when there is no room for it. */
  readonly onChunk: (chunk: ChunkDraft) => boolean;
  /** A recording ended early; chunks of `tab` that still wait are useless unless the buffer was full. */
  readonly onDropped: (tab: string, reason: DropReason, size: number) => void;
  /** Asks for `begin` again, with a new tab id, if a session is running. */
  readonly onRestartDue: () => void;
  /** False when the session has expired, which is noticed here by events that nobody caused. */
  readonly isLive: () => boolean;
  readonly onWarning: (reason: string, message: string) => void;
}

/**
 * Runs rrweb and directs its events into the stream of the current session and tab.
 *
 * rrweb is started once and kept running: stopping it leaves patches and observers behind, and its
 * `takeFullSnapshot` is all that a new stream needs to be playable by itself.
 */
export class Replay {
  private stream: TabStream | undefined;
  private stopRecord: (() => void) | undefined;
  private unwatchScheme: (() => void) | undefined;
  private recording = false;
  private restartMs = RESTART_MS;
  private restartTimer: ReturnType<typeof setTimeout> | undefined;
  private waitsForRoom = false;

  constructor(
    private readonly record: Record,
    private readonly options: ReplayOptions,
    private readonly hooks: ReplayHooks,
  ) {}

  /** Records from here on under `sessionId` and `tab`, beginning with a snapshot. */
  begin(sessionId: string, tab: string): void {
    this.end(false);
    this.stream = new TabStream(sessionId, tab, {
      onChunk: (chunk) => this.onChunk(chunk),
      onCheckpointDue: () => this.snapshot(),
      onBroken: (error) => this.fail(tab, 'unserialisable', String(error).length),
    });
    if (this.recording) this.snapshot();
    else this.start();
  }

  /** Cuts what there is and records no further; `final` when the page goes away. */
  end(final: boolean): void {
    clearTimeout(this.restartTimer);
    this.restartTimer = undefined;
    this.waitsForRoom = false;
    const stream = this.stream;
    if (!stream) return;
    if (final) stream.push(pageHideEvent(Date.now()));
    stream.cut(final);
    stream.close();
    this.stream = undefined;
  }

  /** Cuts what there is, as the page may be gone soon. */
  cut(): void {
    this.stream?.cut();
  }

  /** A chunk of `tab` is lost or cannot be taken: the recording of that tab ends, another begins later. */
  fail(tab: string, reason: DropReason, size: number): void {
    this.hooks.onDropped(tab, reason, size);
    if (this.stream?.tab !== tab) return;
    this.stream.close();
    this.stream = undefined;
    if (reason === 'buffer_full') this.waitsForRoom = true;
    else this.restartLater();
  }

  /** Chunks arrive: forget earlier failures, and begin again when only room was missing. */
  progress(hasRoom: boolean): void {
    if (!this.restartTimer) this.restartMs = RESTART_MS;
    if (!this.waitsForRoom || !hasRoom) return;
    this.waitsForRoom = false;
    this.hooks.onRestartDue();
  }

  stop(): void {
    this.end(false);
    this.stopRecord?.();
    this.unwatchScheme?.();
    this.recording = false;
  }

  private start(): void {
    const stop = this.record({
      recordAfter: 'DOMContentLoaded',
      ...maskingOptions(this.options),
      emit: (event) => this.onEvent(event),
    });
    this.recording = stop !== undefined;
    this.stopRecord = stop;
    this.unwatchScheme = watchColorScheme(() => this.onSchemeChange());
    if (!stop) this.hooks.onWarning('record_failed', 'the page could not be recorded: the recorder did not start.');
  }

  /** A new checkpoint says it; that happens so seldom that a lighter way would not be worth its code. */
  private onSchemeChange(): void {
    if (this.stream && this.hooks.isLive()) this.snapshot();
  }

  private onEvent(event: eventWithTime): void {
    noteColorScheme(event);
    if (this.stream && this.hooks.isLive()) this.stream?.push(event);
  }

  private snapshot(): void {
    try {
      this.record.takeFullSnapshot(true);
    } catch (error) {
      // Thrown while the document is still loading; rrweb takes the first snapshot by itself then.
      if (document.readyState !== 'loading') this.hooks.onWarning('snapshot_failed', `no snapshot could be taken: ${String(error)}`);
    }
  }

  private onChunk(chunk: ChunkDraft): void {
    if (!this.hooks.onChunk(chunk)) this.fail(chunk.tab, 'buffer_full', chunk.json.length);
  }

  private restartLater(): void {
    this.restartTimer = setTimeout(() => {
      this.restartTimer = undefined;
      this.hooks.onRestartDue();
    }, this.restartMs);
    this.restartMs = Math.min(RESTART_LIMIT_MS, this.restartMs * 2);
  }
}
