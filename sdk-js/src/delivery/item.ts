import { randomHex } from '../ids';
import type { LogRecord, Span } from '../otlp/model';
import * as names from '../semconv';
import type { ChunkDraft } from './chunk';
import type { Compressor } from './compress';

/** An item as the device keeps it (structured clone). */
export type Stored =
  | { readonly kind: 'event'; readonly record: LogRecord }
  | { readonly kind: 'span'; readonly span: Span }
  | { readonly kind: 'chunk'; readonly draft: Omit<ChunkDraft, 'json'>; readonly body: Uint8Array<ArrayBuffer>; readonly encoding: Encoding; readonly rawSize: number };

type Encoding = 'gzip' | 'identity';

/** Something waiting to be sent. */
export interface Item {
  /** Unlike that of any other item, of this page or another. */
  readonly key: string;
  /** Bytes it adds to a request, roughly. */
  readonly size: number;
  /** False while a chunk is being compressed; what lies behind it waits, so that order is kept. */
  readonly ready: boolean;
  /** Resolves when it is ready that is not. */
  readonly whenReady?: Promise<void> | undefined;
  /** Position in the lane, set when it is added; a failed item goes back to its place. */
  order: number;
  /** Given to the browser, which sends it even when the page is gone. */
  handedOver: boolean;
  /** Left by an earlier page, and kept on the device until it is answered. */
  restored?: boolean;
  stored(): Stored;
}

const RECORD_OVERHEAD = 300;
const page = randomHex(8);
let made = 0;
const nextKey = (): string => `${page}.${made++}`;

export class SpanItem implements Item {
  readonly key = nextKey();
  readonly ready = true;
  readonly size: number;
  order = 0;
  handedOver = false;
  constructor(readonly span: Span) {
    this.size = RECORD_OVERHEAD + textSize(Object.values(span.attributes));
  }

  stored(): Stored {
    return { kind: 'span', span: this.span };
  }
}

export class EventItem implements Item {
  readonly key = nextKey();
  readonly ready = true;
  readonly size: number;
  order = 0;
  handedOver = false;
  constructor(readonly record: LogRecord) {
    this.size = RECORD_OVERHEAD + textSize([record.body, ...Object.values(record.attributes)]);
  }

  stored(): Stored {
    return { kind: 'event', record: this.record };
  }
}

/** A replay chunk: compresses itself, and can give up on that when the page is about to go. */
export class ChunkItem implements Item {
  readonly key = nextKey();
  order = 0;
  handedOver = false;
  whenReady: Promise<void> | undefined;
  readonly draft: Omit<ChunkDraft, 'json'>;
  /** Bytes before compression. */
  private rawSize = 0;
  /** Kept until the chunk is ready. */
  private json = '';
  private body: Uint8Array<ArrayBuffer> | undefined;
  private encoding: Encoding = 'identity';

  constructor(draft: Omit<ChunkDraft, 'json'>) {
    this.draft = draft;
  }

  /** A chunk as it was cut. `onReady` is called once, when compression is over, not when `settle` was faster. */
  static cut({ json, ...draft }: ChunkDraft, compressor: Compressor, onReady: (item: ChunkItem) => void): ChunkItem {
    const item = new ChunkItem(draft);
    item.json = json;
    const compressing = draft.final ? undefined : compressor.gzip(json);
    if (!compressing) item.settle();
    item.whenReady = compressing?.then(
      ({ body, rawSize }) => item.finish(body, rawSize, onReady),
      () => {
        if (item.settle()) onReady(item);
      },
    );
    return item;
  }

  static restored({ draft, body, encoding, rawSize }: Stored & { kind: 'chunk' }): ChunkItem {
    return Object.assign(new ChunkItem(draft), { rawSize, body, encoding });
  }

  get ready(): boolean {
    return this.body !== undefined;
  }

  get size(): number {
    return (this.body ?? this.json).length + RECORD_OVERHEAD;
  }

  /** Makes the chunk ready at once, uncompressed; false when it is already. */
  settle(): boolean {
    if (this.body) return false;
    this.body = new TextEncoder().encode(this.json);
    this.rawSize = this.body.length;
    this.json = '';
    return true;
  }

  stored(): Stored {
    this.settle();
    const { draft, body = new Uint8Array(), encoding, rawSize } = this;
    return { kind: 'chunk', draft, body, encoding, rawSize };
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

  private finish(body: Uint8Array<ArrayBuffer>, rawSize: number, onReady: (item: ChunkItem) => void): void {
    if (this.body) return;
    this.json = '';
    Object.assign(this, { body, rawSize, encoding: 'gzip' });
    onReady(this);
  }
}

export type LogItem = EventItem | ChunkItem;

function textSize(values: readonly unknown[]): number {
  return values.reduce((sum: number, value) => sum + 20 + (typeof value === 'string' ? value.length : 0), 0);
}
