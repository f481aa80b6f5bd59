/** The lanes of the time line, from top to bottom, and where each of them lies. */

export type Lane = 'activity' | 'action' | 'navigation' | 'console' | 'network' | 'error' | 'backend' | 'longtask' | 'vital';

interface LaneSpec {
  lane: Lane;
  label: string;
  height: number;
}

export const LANES: readonly LaneSpec[] = [
  { lane: 'activity', label: 'Activity', height: 22 },
  { lane: 'action', label: 'User', height: 17 },
  { lane: 'navigation', label: 'Pages', height: 17 },
  { lane: 'console', label: 'Console', height: 15 },
  { lane: 'network', label: 'Network', height: 15 },
  { lane: 'error', label: 'Errors', height: 16 },
  { lane: 'backend', label: 'Backend', height: 16 },
  { lane: 'longtask', label: 'Long tasks', height: 15 },
  { lane: 'vital', label: 'Web vitals', height: 15 },
];

export const AXIS_HEIGHT = 22;
const PADDING_BOTTOM = 3;

export interface LanePlace {
  top: number;
  height: number;
  middle: number;
}

const PLACES: ReadonlyMap<Lane, LanePlace> = placed();

function placed(): Map<Lane, LanePlace> {
  const places = new Map<Lane, LanePlace>();
  let top = AXIS_HEIGHT;
  for (const { lane, height } of LANES) {
    places.set(lane, { top, height, middle: top + height / 2 });
    top += height;
  }
  return places;
}

export function placeOf(lane: Lane): LanePlace {
  return PLACES.get(lane)!;
}

export const LANES_BOTTOM = LANES.reduce((sum, { height }) => sum + height, AXIS_HEIGHT);
export const TOTAL_HEIGHT = LANES_BOTTOM + PADDING_BOTTOM;

/** The lane at a height; null above the first and below the last. */
export function laneAt(y: number): Lane | null {
  return LANES.find(({ lane }) => y >= placeOf(lane).top && y < placeOf(lane).top + placeOf(lane).height)?.lane ?? null;
}
