/** Where the arrow keys lead from one mark to the next. */

import { LANES, type Lane } from './lanes';
import type { Marker } from './markers';

export type Step = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

const STEPS: ReadonlySet<string> = new Set<Step>(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']);

export function isStep(key: string): key is Step {
  return STEPS.has(key);
}

/** Left and right within the lane, up and down to the nearest mark of the next lane that has one; null when there is none. */
export function stepFrom(lanes: ReadonlyMap<Lane, Marker[]>, from: Marker, step: Step): Marker | null {
  const lane = lanes.get(from.lane) ?? [];
  switch (step) {
    case 'Home':
      return lane[0] ?? null;
    case 'End':
      return lane.at(-1) ?? null;
    case 'ArrowLeft':
      return lane[lane.indexOf(from) - 1] ?? null;
    case 'ArrowRight':
      return lane[lane.indexOf(from) + 1] ?? null;
    case 'ArrowUp':
      return inNextLane(lanes, from, -1);
    case 'ArrowDown':
      return inNextLane(lanes, from, 1);
  }
}

function inNextLane(lanes: ReadonlyMap<Lane, Marker[]>, from: Marker, direction: 1 | -1): Marker | null {
  const order = LANES.map(({ lane }) => lane);
  for (let at = order.indexOf(from.lane) + direction; at >= 0 && at < order.length; at += direction) {
    const lane = lanes.get(order[at]!);
    if (lane && lane.length > 0) return nearestInTime(lane, from.offset);
  }
  return null;
}

/** The mark nearest to `t`, of marks in order of time; null when there are none. */
export function nearestInTime(markers: readonly Marker[], t: number): Marker | null {
  const at = indexAt(markers, t);
  const [before, after] = [markers[at], markers[at + 1]];
  if (!before || !after) return before ?? after ?? null;
  return after.offset - t < t - before.offset ? after : before;
}

/** Index of the last mark at or before `t`; -1 when all are later. */
export function indexAt(markers: readonly { offset: number }[], t: number): number {
  let low = 0;
  let high = markers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (markers[middle]!.offset <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
