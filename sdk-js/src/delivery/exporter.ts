import { encodeLogs, encodeSpans } from '../otlp/encode';
import type { Attributes, LogRecord, Span } from '../otlp/model';
import { BROWSER_SCOPE, RECORDER_SCOPE } from '../semconv';
import type { Warnings } from '../warnings';
import type { ChunkDraft } from './chunk';
import type { Compressor } from './compress';
import type { Drops } from './drops';
import { ChunkItem, EventItem, SpanItem, type Item, type LogItem, type Stored } from './item';
import type { KeepaliveLedger } from './keepalive';
import { Lane } from './lane';
import { ESTIMATE, SMALL_REQUEST, type Outcome, type Send } from './transport';

/** Events and spans are sent together this often; a chunk takes the waiting events with it. */
const BATCH_MS = 2000;
/** Payload that may wait in memory while the receiver is away. */
export const BUFFER_BYTES = 32 * 1024 * 1024;
/** Events and spans that may wait, each. */
const BUFFER_ITEMS = 10_000;
/** A compressed chunk above this is not sent (the wire format's limit). */
export const CHUNK_LIMIT = 32 * 1024 * 1024;
/** Why a chunk will never arrive; what follows it in its tab cannot be played. */
export interface LostChunk {
  readonly tab: string;
  readonly reason: 'too_large' | 'refused';
  readonly size: number;
}

export interface ExporterOptions {
  readonly resource: Attributes;
  readonly send: Send;
  readonly ledger: KeepaliveLedger;
  readonly compressor: Compressor;
  readonly warnings: Warnings;
  readonly drops: Drops;
  readonly onChunkLost: (lost: LostChunk) => void;
  /** Chunks arrived, or there is room again: recording may go on. */
  readonly onProgress: () => void;
}

/** Carries log records, chunks and spans to the OTLP endpoint. */
export class Exporter {
  private readonly logs: Lane<LogItem>;
  private readonly spans: Lane<SpanItem>;
  /** Called when something begins to wait, or waits no longer. */
  onChange: (() => void) | undefined;

  constructor(private readonly options: ExporterOptions) {
    const { resource, send } = options;
    this.logs = new Lane<LogItem>({
      path: '/v1/logs',
      send,
      encode: (items) => encodeLogItems(resource, items),
      settle: (item) => item instanceof ChunkItem && item.settle(),
      onDelivered: (items, outcome) => this.onDelivered(items, outcome),
      onRefused: (items, outcome) => this.onRefused(items, outcome),
      onRetry: (outcome) => this.onRetry(outcome),
    });
    this.spans = new Lane<SpanItem>({
      path: '/v1/traces',
      send,
      encode: (items) => encodeSpans(resource, items.map(({ span }) => span)),
      settle: () => undefined,
      onDelivered: (items, outcome) => this.onDelivered(items, outcome),
      onRefused: (items, outcome) => this.warnRefused(outcome, items.length),
      onRetry: (outcome) => this.onRetry(outcome),
    });
  }

  addEvent(record: LogRecord): void {
    if (this.logs.count < BUFFER_ITEMS) this.add(this.logs, new EventItem(record));
    else this.full('event');
  }

  addSpan(span: Span): void {
    if (this.spans.count < BUFFER_ITEMS) this.add(this.spans, new SpanItem(span));
    else this.full('span');
  }

  /** Queues a chunk; false when the buffer is full and the chunk was not taken. */
  addChunk(draft: ChunkDraft): boolean {
    if (this.logs.bytes >= BUFFER_BYTES) return false;
    const item = ChunkItem.cut(draft, this.options.compressor, (ready) => this.onChunkReady(ready));
    this.add(this.logs, item);
    if (item.ready) this.onChunkReady(item);
    return true;
  }

  /** Half of the buffer is free. */
  get hasRoom(): boolean {
    return this.logs.bytes < BUFFER_BYTES / 2;
  }

  /**
   * Everything that waits or is under way, and could be written down. Not events and spans that the browser sends though the page
   * goes, while the receiver was well: sent by the next page as well, they would be stored twice. Of chunks only one is kept.
   */
  outstanding(): Item[] {
    return [...this.logs.items(), ...this.spans.items()].filter((item) => item.ready && (!item.handedOver || item instanceof ChunkItem));
  }

  /** Chunks may be sent twice; events and spans, which are stored twice then, are kept early only while the receiver is away. */
  keepsEarly(item: Item): boolean {
    return item instanceof ChunkItem || this.logs.troubled || this.spans.troubled;
  }

  /** Takes what an earlier page could not send, under the keys it is kept by. */
  restore(rows: readonly { readonly key: string; readonly item: Stored }[]): Item[] {
    return rows.map(({ key, item }) => {
      const restored = { key, restored: true };
      if (item.kind === 'span') return this.add(this.spans, Object.assign(new SpanItem(item.span), restored));
      return this.add(this.logs, Object.assign(item.kind === 'event' ? new EventItem(item.record) : ChunkItem.restored(item), restored));
    });
  }

  /** Removes the waiting chunks of a tab, or everything. */
  discard(tab?: string): void {
    this.logs.remove((item) => tab === undefined || (item instanceof ChunkItem && item.draft.tab === tab));
    if (tab === undefined) this.spans.remove(() => true);
  }

  async flush(): Promise<void> {
    await Promise.all([this.logs.flush(), this.spans.flush()]);
  }

  /** Sends all there is while the page is being hidden, or `leaving`. Spans go first: they are small. */
  flushOnHide(leaving: boolean): void {
    const room = (): number => this.options.ledger.room * ESTIMATE;
    this.spans.flushOnHide(room, () => false);
    this.logs.flushOnHide(room, (item) => leaving && item instanceof ChunkItem && item.size > SMALL_REQUEST);
  }

  retryNow(): void {
    this.logs.retryNow();
    this.spans.retryNow();
  }

  stop(): void {
    this.logs.stop();
    this.spans.stop();
  }

  private onChunkReady(item: ChunkItem): void {
    if (item.size <= CHUNK_LIMIT) return this.logs.wake();
    this.logs.remove((other) => other === item);
    this.options.onChunkLost({ tab: item.draft.tab, reason: 'too_large', size: item.size });
  }

  private onDelivered(items: readonly (LogItem | SpanItem)[], { partial }: Outcome & { kind: 'delivered' }): void {
    if (partial) {
      this.options.drops.add('rejected', partial.rejected);
      this.options.warnings.warn('partial_success', `the receiver rejected ${partial.rejected} records: ${partial.message}`);
    }
    this.onChange?.();
    if (items.some((item) => item instanceof ChunkItem)) this.options.onProgress();
  }

  private onRefused(items: readonly LogItem[], outcome: Outcome & { kind: 'refused' }): void {
    this.warnRefused(outcome, items.length);
    const chunk = items.find((item) => item instanceof ChunkItem);
    if (chunk) this.options.onChunkLost({ tab: chunk.draft.tab, reason: 'refused', size: chunk.size });
  }

  private add<T extends Item>(lane: Lane<T>, item: T): T {
    lane.add(item, BATCH_MS);
    this.onChange?.();
    return item;
  }

  private full(kind: 'event' | 'span'): void {
    this.options.drops.add(`${kind}_buffer_full`);
    this.options.warnings.warn(`${kind}_buffer_full`, `${BUFFER_ITEMS} ${kind}s wait: newer ones are dropped.`);
  }

  private warnRefused({ status, message }: Outcome & { kind: 'refused' }, count: number): void {
    this.onChange?.();
    this.options.drops.add(`refused_${status}`, count);
    this.options.warnings.warn(`refused_${status}`, `the receiver refused data with status ${status}: ${message || 'see its log'}`);
  }

  private onRetry({ cause }: Outcome & { kind: 'retry' }): void {
    this.options.warnings.warn(
      'receiver_unreachable',
      `sending failed (${cause}) and is retried. Check the endpoint, its CORS origins, blockers, and connect-src.`,
    );
  }
}

/** One request from events and chunks, each in its scope, in the order they have. */
function encodeLogItems(resource: Attributes, items: readonly LogItem[]): Uint8Array<ArrayBuffer> {
  const now = Date.now();
  const events = items.filter((item) => item instanceof EventItem).map((item) => item.record);
  const chunks = items.filter((item) => item instanceof ChunkItem).map((item) => item.record(now));
  const groups = [
    { scope: BROWSER_SCOPE, records: events },
    { scope: RECORDER_SCOPE, records: chunks },
  ];
  return encodeLogs(resource, groups.filter(({ records }) => records.length > 0));
}
