import { backoffMs } from './backoff';
import type { Item } from './item';
import { ESTIMATE, SMALL_REQUEST, type Outcome, type Send } from './transport';

/** A request holds about this much; one bigger item travels alone. */
const REQUEST_BYTES = 512 * 1024;
const REQUEST_ITEMS = 1000;
/** A page that is still there so long after it was hidden was not left: it sends on what earlier ones left behind. */
const HIDDEN_MS = 1000;
const BACKLOG_BYTES = 256 * 1024;
/** Refusals that one bad item of the request may have caused. */
const ISOLATE = [400, 413];

export interface LaneOptions<T extends Item> {
  readonly path: string;
  readonly send: Send;
  readonly encode: (items: readonly T[]) => Uint8Array<ArrayBuffer>;
  readonly onDelivered: (items: readonly T[], outcome: Outcome & { kind: 'delivered' }) => void;
  readonly onRefused: (items: readonly T[], outcome: Outcome & { kind: 'refused' }) => void;
  readonly onRetry: (outcome: Outcome & { kind: 'retry' }) => void;
  /** Makes an item ready that is not, as the page goes away. */
  readonly settle: (item: T) => void;
}

/**
 * One queue to one OTLP path: in order, one request at a time, nothing forgotten before it is answered.
 *
 * Items are taken out before a request and put back to their place when it fails, so that what arrives
 * meanwhile is neither lost nor sent twice.
 */
export class Lane<T extends Item> {
  private queue: T[] = [];
  /** Everything not yet answered: what waits and what is under way. */
  private readonly outstanding = new Set<T>();
  private nextOrder = 0;
  private underWay: readonly T[] | undefined;
  private done: Promise<void> = Promise.resolve();
  private attempt = 0;
  private isolate = 0;
  private wantedAt = Infinity;
  private notBefore = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: LaneOptions<T>) {}

  /** Bytes that wait or are under way. */
  get bytes(): number {
    return sizeOf([...this.outstanding]);
  }

  /** The last request failed. */
  get troubled(): boolean {
    return this.attempt > 0;
  }

  items(): Iterable<T> {
    return this.outstanding;
  }

  get count(): number {
    return this.outstanding.size;
  }

  add(item: T, withinMs: number): void {
    item.order = this.nextOrder++;
    this.outstanding.add(item);
    this.queue.push(item);
    this.wake(withinMs);
  }

  /** Sends within `ms`, but not before the request under way is answered and a backoff is over. */
  wake(ms = 0): void {
    this.wantedAt = Math.min(this.wantedAt, Date.now() + ms);
    this.arm();
  }

  /** Forgets a running backoff, because the network is said to be back. */
  retryNow(): void {
    this.notBefore = 0;
    if (this.queue.length > 0) this.wake();
  }

  /** Removes the waiting items that `test` names and returns how many they were. */
  remove(test: (item: T) => boolean): number {
    const removed = this.queue.filter(test);
    this.queue = this.queue.filter((item) => !removed.includes(item));
    removed.forEach((item) => this.outstanding.delete(item));
    return removed.length;
  }

  /** Sends until nothing is left or a request fails; resolves then. */
  async flush(): Promise<void> {
    for (;;) {
      await this.done;
      await Promise.all(this.queue.map(({ whenReady }) => whenReady));
      this.queue.forEach(this.options.settle);
      if (this.queue.length === 0 || Date.now() < this.notBefore) return;
      this.next();
    }
  }

  /**
   * Sends everything at once, as the page is being hidden: as much as fits with keepalive, the rest as
   * ordinary requests. `repeat` picks items of the request under way that are to be sent once more,
   * since leaving the page may cancel it and the receiver stores them once.
   */
  flushOnHide(room: () => number, repeat: (item: T) => boolean): void {
    // What is kept on the device anyway would take the room of what is not.
    const kept = this.queue.filter(({ restored }) => restored);
    this.queue = this.queue.filter(({ restored }) => !restored);
    this.queue.forEach(this.options.settle);
    const copies = this.underWay?.filter(repeat) ?? [];
    if (copies.length > 0) void this.transmit(copies, true);
    while (this.queue.length > 0) {
      const fitting = this.take(room());
      this.handOver(fitting);
      void this.deliver(fitting.length > 0 ? fitting : this.take(0, true), true);
    }
    this.queue = kept;
    this.stop();
    if (kept.length > 0) this.wake(HIDDEN_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.wantedAt = Infinity;
  }

  private arm(): void {
    if (this.underWay || this.wantedAt === Infinity) return;
    clearTimeout(this.timer);
    const wait = Math.max(this.wantedAt, this.notBefore) - Date.now();
    this.timer = setTimeout(() => this.next(), Math.max(0, wait));
  }

  private next(): void {
    if (this.underWay || Date.now() < this.notBefore) return this.arm();
    this.stop();
    const small = SMALL_REQUEST * ESTIMATE;
    // Small requests outlive the page. Many of them would be slow, so a backlog goes in big ones.
    const full = sizeOf(this.queue) > BACKLOG_BYTES ? REQUEST_BYTES : small;
    const items = this.take(this.isolate > 0 ? 0 : full, true);
    if (items.length === 0) return;
    this.isolate = Math.max(0, this.isolate - 1);
    this.underWay = items;
    if (sizeOf(items) <= small) this.handOver(items);
    if (this.queue.length > 0) this.wake();
    this.done = this.deliver(items, false).then(() => {
      this.underWay = undefined;
      this.arm();
    });
  }

  /** Takes ready items from the front while they fit; `atLeastOne` even when the first is bigger. */
  private take(bytes: number, atLeastOne = false): T[] {
    let total = 0;
    let count = 0;
    for (const item of this.queue) {
      total += item.size;
      const fits = total <= bytes || (atLeastOne && count === 0);
      if (!item.ready || !fits || count >= REQUEST_ITEMS) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  private async deliver(items: readonly T[], closing: boolean): Promise<void> {
    const outcome = await this.transmit(items, closing);
    if (outcome.kind === 'retry') this.postpone(items, outcome);
    else if (outcome.kind === 'refused' && items.length > 1 && ISOLATE.includes(outcome.status)) this.split(items);
    else this.settled(items, outcome);
  }

  /** What goes with keepalive is sent though the page goes; a receiver that was well until now is trusted to take it. */
  private handOver(items: readonly T[]): void {
    if (this.attempt === 0) items.forEach((item) => (item.handedOver = true));
  }

  private async transmit(items: readonly T[], closing: boolean): Promise<Outcome> {
    try {
      return await this.options.send(this.options.path, this.options.encode(items), closing);
    } catch (error) {
      return { kind: 'refused', status: 0, message: `cannot be encoded: ${String(error)}` };
    }
  }

  private postpone(items: readonly T[], outcome: Outcome & { kind: 'retry' }): void {
    this.putBack(items);
    this.notBefore = Date.now() + backoffMs(this.attempt++, outcome.retryAfterMs);
    this.options.onRetry(outcome);
    this.wake();
  }

  private split(items: readonly T[]): void {
    this.isolate += items.length;
    this.putBack(items);
    this.wake();
  }

  private settled(items: readonly T[], outcome: Exclude<Outcome, { kind: 'retry' }>): void {
    this.attempt = 0;
    items.forEach((item) => this.outstanding.delete(item));
    if (outcome.kind === 'delivered') this.options.onDelivered(items, outcome);
    else this.options.onRefused(items, outcome);
  }

  private putBack(items: readonly T[]): void {
    items.forEach((item) => (item.handedOver = false));
    this.queue = [...items, ...this.queue].sort((a, b) => a.order - b.order);
  }
}

function sizeOf(items: readonly Item[]): number {
  return items.reduce((sum, { size }) => sum + size, 0);
}
