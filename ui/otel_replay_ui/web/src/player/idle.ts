/** Skip stretches in which nothing happens. */

/** Shorter pauses are part of what the user did. */
export const IDLE_MS = 3000;

/** Arrive a little before the next thing happens. */
const LEAD_MS = 400;

export interface IdleInput {
  t: number;
  /** Next thing the user does in what is loaded, if any. */
  nextActivity: number | null;
  /** Offsets of errors, requests and the like, ascending. */
  moments: readonly number[];
  /** Up to here everything is loaded; a jump never goes past it. */
  loadedUntil: number;
  /** Next change of tab, end of the session, and other places not to be jumped over. */
  stops: readonly number[];
}

/** Where to jump to, or null when there is no idle stretch ahead. */
export function idleJump(input: IdleInput): number | null {
  const { t, nextActivity, moments, loadedUntil, stops } = input;
  const nextMoment = moments.find((moment) => moment > t) ?? Infinity;
  const target = Math.min(nextActivity ?? Infinity, nextMoment, loadedUntil, ...stops.filter((stop) => stop > t));
  if (!Number.isFinite(target) || target - t < IDLE_MS) return null;
  return target - LEAD_MS;
}
