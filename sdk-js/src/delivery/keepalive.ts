/** The fetch standard allows 64 KiB in all keepalive requests under way; other scripts of the page need some. */
export const KEEPALIVE_QUOTA = 60 * 1024;
/** Browsers limit the number of such requests as well. */
const MAX_REQUESTS = 9;

/** Counts the bytes of the keepalive requests under way, so that none is refused for lack of quota. */
export class KeepaliveLedger {
  private bytes = 0;
  private requests = 0;

  /** Bytes that still fit; 0 when there are too many requests. */
  get room(): number {
    return this.requests < MAX_REQUESTS ? KEEPALIVE_QUOTA - this.bytes : 0;
  }

  /** Books `bytes` and returns how to give them back once, or undefined when they do not fit above `reserve`. */
  take(bytes: number, reserve = 0): (() => void) | undefined {
    if (bytes + reserve > this.room) return undefined;
    this.bytes += bytes;
    this.requests += 1;
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.bytes -= bytes;
      this.requests -= 1;
    };
  }
}
