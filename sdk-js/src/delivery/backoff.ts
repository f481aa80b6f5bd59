const BASE_MS = 1000;
const CAP_MS = 60_000;
/** After so many failures in a row the circuit is open: the receiver is only asked now and then. */
const OPEN_AFTER = 10;
const OPEN_CAP_MS = 5 * 60_000;

/** Exponential backoff with full jitter; a Retry-After of the receiver is the least that is waited. */
export function backoffMs(attempt: number, retryAfterMs: number, random: () => number = Math.random): number {
  const ceiling = attempt < OPEN_AFTER ? Math.min(CAP_MS, BASE_MS * 2 ** attempt) : OPEN_CAP_MS;
  return retryAfterMs + random() * ceiling;
}

/** `Retry-After` in ms: seconds or an HTTP date; 0 when absent, unreadable or past; at most ten minutes. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (!header) return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), 600_000) : 0;
}
