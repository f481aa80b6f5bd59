/** When to ask the server about a session that is under way: soon where something is likely, seldom where not. */

/** While nothing happens. */
const IDLE_MS = 1000;
/** The browser sends each 1.5 s while somebody acts, and news is met half a look late: nothing is new sooner than this. */
const AFTER_NEWS_MS = 1100;
/** From then on, for as long as somebody seems to be acting: two looks for what is sent, or little more than one a second. */
const ACTING_MS = 450;
const ACTING_FOR_MS = 6000;

/** The pauses between looks at the manifest: about one a second. */
export class Looks {
  private newsAt = -Infinity;
  private fresh = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  news(): void {
    this.newsAt = this.now();
    this.fresh = true;
  }

  pauseMs(): number {
    if (this.fresh) {
      this.fresh = false;
      return AFTER_NEWS_MS;
    }
    return this.now() - this.newsAt < ACTING_FOR_MS ? ACTING_MS : IDLE_MS;
  }
}

/** Rows of services come in batches, and some time after what the browser tells of the same moment. */
const LATE_MS = 15_000;
/** Of all its time, the server spends no more than a tenth on one viewer's question. */
const SHARE = 10;

/** Something that is read anew after news, and until what belongs to the news has come in; never more often than each `leastMs`. */
export class Due {
  private newsAt = -Infinity;
  private begunAt = -Infinity;
  private nextAt = -Infinity;

  constructor(
    private readonly leastMs: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  news(): void {
    this.newsAt = this.clock();
  }

  /** Now, or at a later look. */
  get any(): boolean {
    return this.begunAt < this.newsAt + LATE_MS;
  }

  get now(): boolean {
    return this.any && this.clock() >= this.nextAt;
  }

  /** Throws what `read` throws; it is due again then. */
  async run(read: () => Promise<void>): Promise<void> {
    const begun = this.clock();
    const before = this.begunAt;
    this.begunAt = begun;
    try {
      await read();
    } catch (error) {
      this.begunAt = before;
      throw error;
    } finally {
      const quiet = begun - this.newsAt > this.leastMs;
      const took = this.clock() - begun;
      this.nextAt = begun + Math.max(this.leastMs * (quiet ? 2.5 : 1), SHARE * took);
    }
  }
}
