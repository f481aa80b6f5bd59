/** The stretch of the session that the time line shows: pure steps of zooming, panning and following. */

export interface Range {
  from: number;
  to: number;
}

/** Nothing worth telling apart happens within less. */
export const SHORTEST_MS = 200;

/** At least the shortest stretch, and within the session. */
export function within(range: Range, total: number): Range {
  const length = Math.min(total, Math.max(SHORTEST_MS, range.to - range.from));
  const from = Math.max(0, Math.min(range.from, total - length));
  return { from, to: from + length };
}

/** `factor` below 1 shows less; the moment `at` keeps its place. */
export function zoom(range: Range, at: number, factor: number, total: number): Range {
  const length = Math.min(total, Math.max(SHORTEST_MS, (range.to - range.from) * factor));
  const share = (at - range.from) / Math.max(1e-9, range.to - range.from);
  return within({ from: at - share * length, to: at - share * length + length }, total);
}

export function pan(range: Range, byMs: number, total: number): Range {
  return within({ from: range.from + byMs, to: range.to + byMs }, total);
}

/** All of the session is in sight. */
export function isWhole(range: Range, total: number): boolean {
  return range.from <= 0 && range.to >= total - 1e-6;
}

/** The range in which `t` can be seen: the same one where it already can, otherwise a page on or back. */
export function reveal(range: Range, t: number, total: number): Range {
  if (t >= range.from && t <= range.to) return range;
  const length = range.to - range.from;
  const lead = t > range.to ? 0.08 : 0.5;
  return within({ from: t - length * lead, to: t + length * (1 - lead) }, total);
}
