/** The little of rrweb's format that the player itself looks at. */

export interface RrwebEvent {
  type: number;
  timestamp: number;
  data: Record<string, unknown>;
  delay?: number;
}

export const EventType = {
  FullSnapshot: 2,
  IncrementalSnapshot: 3,
  Meta: 4,
  Custom: 5,
} as const;

export const Source = {
  Mutation: 0,
  MouseMove: 1,
  MouseInteraction: 2,
  Scroll: 3,
  Input: 5,
  TouchMove: 6,
  Drag: 12,
} as const;

interface Position {
  x: number;
  y: number;
  id: number;
  timeOffset: number;
}

function isPosition(value: unknown): value is Position {
  const position = value as Position | null;
  return typeof position === 'object' && position !== null && Number.isFinite(position.timeOffset);
}

const MOVES: ReadonlySet<unknown> = new Set([Source.MouseMove, Source.TouchMove, Source.Drag]);

const USER_SOURCES: ReadonlySet<unknown> = new Set([
  Source.MouseMove,
  Source.MouseInteraction,
  Source.Scroll,
  Source.Input,
  Source.TouchMove,
  Source.Drag,
]);

/** True for what the user did, and for page loads; false for what the page did by itself. */
export function isActivity(event: RrwebEvent): boolean {
  if (event.type === EventType.FullSnapshot) return true;
  return event.type === EventType.IncrementalSnapshot && USER_SOURCES.has(event.data['source']);
}

const POINTER_SOURCES: ReadonlySet<unknown> = new Set([Source.MouseMove, Source.MouseInteraction, Source.TouchMove, Source.Drag]);

/** Time of the first event that says where the pointer is; Infinity when none does. */
export function firstPointer(events: readonly RrwebEvent[]): number {
  return events.find((event) => event.type === EventType.IncrementalSnapshot && POINTER_SOURCES.has(event.data['source']))?.timestamp ?? Infinity;
}

/** An event has a type, a time and data; anything else in a hostile or broken part is left out. */
export function isEvent(value: unknown): value is RrwebEvent {
  const event = value as RrwebEvent | null;
  if (typeof event !== 'object' || event === null) return false;
  return typeof event.type === 'number' && Number.isFinite(event.timestamp) && typeof event.data === 'object' && event.data !== null;
}

/**
 * One event per pointer position, at the position's own time.
 *
 * rrweb records up to 500 ms of positions in one event that carries the time of the last of them. Its
 * replayer then counts such an event as played from its first position on, and applies mutations
 * in between a second time after a pause. Single positions have only one time, so nothing can be applied twice.
 */
export function splitMoves(event: RrwebEvent): RrwebEvent[] {
  const positions = event.data['positions'];
  if (event.type !== EventType.IncrementalSnapshot || !MOVES.has(event.data['source'])) return [event];
  if (!Array.isArray(positions)) return [];
  return positions.filter(isPosition).map((position) => ({
    type: event.type,
    timestamp: event.timestamp + position.timeOffset,
    data: { ...event.data, positions: [{ ...position, timeOffset: 0 }] },
  }));
}
