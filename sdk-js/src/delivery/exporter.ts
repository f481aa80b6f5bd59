import { encodeLogs, encodeSpans } from '../otlp/encode';
import type { Attributes, LogRecord, Span } from '../otlp/model';
import type { ChunkDraft } from '../replay/chunk';
import { BROWSER_SCOPE, RECORDER_SCOPE } from '../semconv';
import type { Warnings } from '../warnings';
import { ChunkItem, EventItem, SpanItem, type LogItem } from './item';
import type { KeepaliveLedger } from './keepalive';
import { Lane } from './lane';
import { SMALL_REQUEST, type Outcome, type Send } from './transport';

/** Events and spans are sent together this often; a chunk takes the waiting events with it. */
const BATCH_MS = 2000;
/** Payload that may wait in memory while the receiver is away. */
export const BUFFER_BYTES = 32 * 1024 * 1024;
/** Events and spans that may wait, each. */
const BUFFER_ITEMS = 10_000;
/** A compressed chunk above this is not sent (the wire format's limit). */
export const CHUNK_LIMIT = 32 * 1024 * 1024;
/** The size of a request is estimated from its texts; this much of the quota is left for the error. */
const ESTIMATE = 0.9;

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
  readonly warnings: Warnings;
  readonly onChunkLost: (lost: LostChunk) => void;
  /** Chunks arrived, or there is room again: recording may go on. */
  readonly onProgress: () => void;
}

/** Carries log records, chunks and spans to the OTLP endpoint. */
export class Exporter {
  private readonly logs: Lane<LogItem>;
  private readonly spans: Lane<SpanItem>;

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
      onRefused: (_, outcome) => this.warnRefused(outcome),
      onRetry: (outcome) => this.onRetry(outcome),
    });
  }

  addEvent(record: LogRecord): void {
    if (this.logs.count < BUFFER_ITEMS) this.logs.add(new EventItem(record), BATCH_MS);
    else this.options.warnings.warn('event_buffer_full', `${BUFFER_ITEMS} events wait for the receiver: newer ones are dropped.`);
  }

  addSpan(span: Span): void {
    if (this.spans.count < BUFFER_ITEMS) this.spans.add(new SpanItem(span), BATCH_MS);
    else this.options.warnings.warn('span_buffer_full', `${BUFFER_ITEMS} spans wait for the receiver: newer ones are dropped.`);
  }

  /** Queues a chunk; false when the buffer is full and the chunk was not taken. */
  addChunk(draft: ChunkDraft): boolean {
    if (this.logs.bytes >= BUFFER_BYTES) return false;
    const item = new ChunkItem(draft, () => this.onChunkReady(item));
    this.logs.add(item, BATCH_MS);
    if (item.ready) this.onChunkReady(item);
    return true;
  }

  /** Half of the buffer is free. */
  get hasRoom(): boolean {
    return this.logs.bytes < BUFFER_BYTES / 2;
  }

  /** Removes the waiting chunks of a tab. */
  discardTab(tab: string): void {
    this.logs.remove((item) => item instanceof ChunkItem && item.draft.tab === tab);
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
      this.options.warnings.warn('partial_success', `the receiver took a request but rejected ${partial.rejected} of its records: ${partial.message}`);
    }
    if (items.some((item) => item instanceof ChunkItem)) this.options.onProgress();
  }

  private onRefused(items: readonly LogItem[], outcome: Outcome & { kind: 'refused' }): void {
    this.warnRefused(outcome);
    const chunk = items.find((item) => item instanceof ChunkItem);
    if (chunk) this.options.onChunkLost({ tab: chunk.draft.tab, reason: 'refused', size: chunk.size });
  }

  private warnRefused({ status, message }: Outcome & { kind: 'refused' }): void {
    const detail = message === '' ? 'see its log' : message;
    this.options.warnings.warn(`refused_${status}`, `the receiver refused data with status ${status}, which is not retried: ${detail}`);
  }

  private onRetry({ cause }: Outcome & { kind: 'retry' }): void {
    this.options.warnings.warn(
      'receiver_unreachable',
      `sending failed (${cause}) and is retried. If nothing arrives: is the endpoint right, does it allow this origin (CORS), is a blocker or a connect-src policy in the way?`,
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
