import type { eventWithTime } from '@rrweb/types';

import type { Core } from '../core';
import type { ChunkDraft } from '../delivery/chunk';
import { createEventMask } from './event-mask';
import { watchCanvases, type Canvases } from './canvas';
import { frameScrolls } from './frames';
import { FULL_SNAPSHOT, pageHideEvent, type Record, type ReplayOptions } from './rrweb';
import { noteColorScheme, watchColorScheme } from './scheme';
import { TabStream } from './stream';

/** A recording that broke starts again after this, doubling up to the limit until chunks arrive again. */
const RESTART_MS = 10_000;
const RESTART_LIMIT_MS = 5 * 60_000;

/** A snapshot of more elements than this would hold up the page for too long. */
const ELEMENTS_LIMIT = 150_000;

export type DropReason = 'buffer_full' | 'too_large' | 'refused' | 'unserialisable' | 'mutation_storm' | 'page_too_large';

/**
 * Runs rrweb and directs its events into the stream of the current session and tab.
 *
 * rrweb is started once and kept running: stopping it leaves patches and observers behind, and its
 * `takeFullSnapshot` is all that a new stream needs to be playable by itself.
 */
export class Replay {
  private stream: TabStream | undefined;
  private stopRecord: (() => void) | undefined;
  private readonly unwatch: (() => void)[] = [];
  private canvases: Canvases | undefined;
  private recording = false;
  private restartMs = RESTART_MS;
  private restartTimer: ReturnType<typeof setTimeout> | undefined;
  private waitsForRoom = false;

  constructor(
    private readonly record: Record,
    private readonly options: ReplayOptions,
    private readonly core: Core,
    /** Takes a chunk; false when there is no room for it. */
    private readonly take: (chunk: ChunkDraft) => boolean,
  ) {}

  /** Records from here on under `sessionId` and `tab`, beginning with a snapshot; unless `open`, only the last minute is kept. */
  begin(sessionId: string, tab: string, open: boolean): void {
    this.end(false);
    const mask = createEventMask(this.core.privacy, this.record.mirror);
    this.stream = new TabStream(sessionId, tab, {
      prepare: (event) => {
        mask(event);
        return this.core.filter.replay(event);
      },
      onStorm: (size) => this.fail(tab, 'mutation_storm', size),
      onChunk: (chunk) => this.onChunk(chunk),
      onCheckpointDue: () => this.checkpoint(),
      elements,
      onBroken: (error) => this.fail(tab, 'unserialisable', String(error).length),
    }, !open);
    const count = elements();
    if (count > ELEMENTS_LIMIT) this.fail(tab, 'page_too_large', count);
    else if (this.recording) this.snapshot();
    else this.start();
  }

  /** Cuts what there is and records no further; `final` when the page goes away. */
  end(final: boolean): void {
    clearTimeout(this.restartTimer);
    this.restartTimer = undefined;
    this.waitsForRoom = false;
    const stream = this.stream;
    if (!stream) return;
    if (final) stream.end(pageHideEvent(Date.now()));
    else stream.cut();
    stream.close();
    this.stream = undefined;
  }

  /** Sends what was kept, and what comes. */
  release(): void {
    this.stream?.release();
  }

  /** Cuts what there is, as the page may be gone soon. */
  cut(): void {
    this.stream?.cut();
  }

  /** A chunk of `tab` is lost or cannot be taken: the recording of that tab ends, another begins later. */
  fail(tab: string, reason: DropReason, size: number): void {
    this.core.onDropped(tab, reason, size);
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
    this.core.onRestartDue();
  }

  stop(): void {
    this.end(false);
    this.stopRecord?.();
    this.unwatch.splice(0).forEach((step) => step());
    this.canvases?.stop();
    this.recording = false;
  }

  private start(): void {
    const stop = this.record({
      ...this.options,
      emit: (event) => this.onEvent(event),
    });
    this.recording = stop !== undefined;
    this.stopRecord = stop;
    this.unwatch.push(watchColorScheme(() => this.onSchemeChange()));
    const { canvasPerSecond } = this.core.settings;
    if (canvasPerSecond > 0) this.canvases = watchCanvases(this.record.mirror, this.core, canvasPerSecond, (event) => this.onEvent(event));
    if (!stop) this.core.warnings.warn('record_failed', 'the page could not be recorded: the recorder did not start.');
  }

  /** A new checkpoint says it; that happens so seldom that a lighter way would not be worth its code. */
  private onSchemeChange(): void {
    if (this.stream && this.core.isLive()) this.checkpoint();
  }

  private onEvent(event: eventWithTime): void {
    noteColorScheme(event);
    if (!this.stream || !this.core.isLive()) return;
    this.stream?.push(event);
    if (event.type !== FULL_SNAPSHOT) return;
    this.canvases?.again();
    frameScrolls(this.record.mirror, (scroll) => this.onEvent(scroll));
  }

  /** A page that has grown too large does without. */
  private checkpoint(): void {
    if (elements() <= ELEMENTS_LIMIT) this.snapshot();
  }

  private snapshot(): void {
    try {
      this.record.takeFullSnapshot(true);
    } catch (error) {
      // Thrown while the document is still loading; rrweb takes the first snapshot by itself then.
      if (document.readyState !== 'loading') this.core.warnings.warn('snapshot_failed', `no snapshot could be taken: ${String(error)}`);
    }
  }

  private onChunk(chunk: ChunkDraft): void {
    if (!this.take(chunk)) this.fail(chunk.tab, 'buffer_full', chunk.json.length);
  }

  private restartLater(): void {
    this.restartTimer = setTimeout(() => {
      this.restartTimer = undefined;
      this.core.onRestartDue();
    }, this.restartMs);
    this.restartMs = Math.min(RESTART_LIMIT_MS, this.restartMs * 2);
  }
}

function elements(): number {
  return document.getElementsByTagName('*').length;
}
