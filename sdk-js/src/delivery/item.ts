import type { LogRecord, Span } from '../otlp/model';
import type { ChunkDraft } from '../replay/chunk';
import { gzip } from '../replay/compress';
import * as names from '../semconv';

/** Something waiting to be sent. */
export interface Item {
  /** Bytes it adds to a request, roughly. */
  readonly size: number;
  /** False while a chunk is being compressed; what lies behind it waits, so that order is kept. */
  readonly ready: boolean;
  /** Position in the lane, set when it is added; a failed item goes back to its place. */
  order: number;
}

const RECORD_OVERHEAD = 300;

export class SpanItem implements Item {
  readonly ready = true;
  readonly size = 700;
  order = 0;
  constructor(readonly span: Span) {}
}

export class EventItem implements Item {
  readonly ready = true;
  readonly size: number;
  order = 0;
  constructor(readonly record: LogRecord) {
    this.size = RECORD_OVERHEAD + textSize([record.body, ...Object.values(record.attributes)]);
  }
}

/** A replay chunk: compresses itself, and can give up on that when the page is about to go. */
export class ChunkItem implements Item {
  order = 0;
  readonly draft: Omit<ChunkDraft, 'json'>;
  /** Bytes before compression. */
  private readonly rawSize: number;
  /** Kept until the chunk is ready. */
  private raw: Uint8Array<ArrayBuffer> | undefined;
  private body: Uint8Array<ArrayBuffer> | undefined;
  private encoding: 'gzip' | 'identity' = 'identity';

  /** `onReady` is called once, when compression is over, not when `settle` was faster. */
  constructor({ json, ...draft }: ChunkDraft, onReady: () => void) {
    this.draft = draft;
    const raw = new TextEncoder().encode(json);
    this.raw = raw;
    this.rawSize = raw.length;
    const compressing = draft.final ? undefined : gzip(raw);
    if (!compressing) this.settle();
    else void compressing.then((body) => this.finish(body, 'gzip', onReady), () => this.finish(raw, 'identity', onReady));
  }

  get ready(): boolean {
    return this.body !== undefined;
  }

  get size(): number {
    return (this.body?.length ?? this.rawSize) + RECORD_OVERHEAD;
  }

  /** Makes the chunk ready at once, uncompressed if need be. */
  settle(): void {
    this.body ??= this.raw;
    this.raw = undefined;
  }

  /** The chunk on the wire; the observed time is the moment of sending, so this is called for each attempt. */
  record(nowMs: number): LogRecord {
    const { draft } = this;
    return {
      eventName: names.CHUNK_EVENT,
      timeMs: draft.startMs,
      observedMs: nowMs,
      body: this.body,
      attributes: {
        [names.SESSION_ID]: draft.sessionId,
        [names.REPLAY_TAB]: draft.tab,
        [names.REPLAY_SEQ]: draft.seq,
        [names.REPLAY_START]: draft.startMs,
        [names.REPLAY_END]: draft.endMs,
        [names.REPLAY_EVENTS]: draft.events,
        [names.REPLAY_CHECKPOINT]: draft.checkpoint,
        [names.REPLAY_ENCODING]: this.encoding,
        [names.REPLAY_SIZE]: this.rawSize,
        [names.REPLAY_FINAL]: draft.final,
      },
    };
  }

  private finish(body: Uint8Array<ArrayBuffer>, encoding: 'gzip' | 'identity', onReady: () => void): void {
    if (this.body) return;
    this.body = body;
    this.raw = undefined;
    this.encoding = encoding;
    onReady();
  }
}

export type LogItem = EventItem | ChunkItem;

function textSize(values: readonly unknown[]): number {
  return values.reduce((sum: number, value) => sum + 20 + (typeof value === 'string' ? value.length : 0), 0);
}
