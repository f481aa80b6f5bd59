/** Join newly fetched events with those that are known. */

import type { SessionEvent } from '../lib/types';

/** By id, the newer copy wins; ascending by time. The same array comes back when nothing is new. */
export function mergeEvents(known: SessionEvent[], fetched: SessionEvent[]): SessionEvent[] {
  const byId = new Map(known.map((event) => [event.id, event]));
  let changed = false;
  for (const event of fetched) {
    if (!changed && JSON.stringify(byId.get(event.id)) !== JSON.stringify(event)) changed = true;
    byId.set(event.id, event);
  }
  if (!changed) return known;
  return [...byId.values()].sort((a, b) => a.t_ms - b.t_ms);
}

/** The same where `fetched` are later than most of what is known: what is before them is not looked at again. */
export function mergeTail(known: SessionEvent[], fetched: SessionEvent[]): SessionEvent[] {
  const first = fetched[0]?.t_ms;
  const from = first === undefined ? known.length : known.findLastIndex((event) => event.t_ms < first) + 1;
  if (from === 0) return mergeEvents(known, fetched);
  const tail = known.slice(from);
  const merged = mergeEvents(tail, fetched);
  return merged === tail ? known : [...known.slice(0, from), ...merged];
}

/** Index of the last item at or before `t`, by its offset; -1 when all are later. */
export function indexAt(items: readonly { offset_ms: number }[], t: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.offset_ms <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
