/** Where "next" and "previous" lead. */

import type { EventKind, SessionEvent } from '../lib/types';

export type JumpKind = 'event' | 'error' | 'page' | 'click';

const KINDS: Record<JumpKind, ReadonlySet<EventKind> | null> = {
  event: null,
  error: new Set<EventKind>(['error', 'backend_error']),
  page: new Set<EventKind>(['navigation']),
  click: new Set<EventKind>(['click']),
};

/** What the browser tells about itself is no step of anybody. */
function isStep(event: SessionEvent): boolean {
  return event.kind !== 'log' && event.kind !== 'session' && !(event.kind === 'custom' && event.name === 'browser.memory');
}

/** Two events this close are one step. */
const SAME_MS = 0.5;
/** While it plays, "previous" right after an event means the one before it. */
const PASSED_MS = 1000;

/** Time of the next (1) or previous (-1) event of a kind from `t`; null when there is none. Events in order of time. */
export function jumpFrom(events: readonly SessionEvent[], kind: JumpKind, direction: 1 | -1, t: number, playing: boolean): number | null {
  const kinds = KINDS[kind];
  const wanted = (event: SessionEvent): boolean => (kinds ? kinds.has(event.kind) : isStep(event));
  const slack = playing && direction < 0 ? PASSED_MS : SAME_MS;
  const found = direction > 0 ? events.find((event) => event.offset_ms > t + slack && wanted(event)) : events.findLast((event) => event.offset_ms < t - slack && wanted(event));
  return found?.offset_ms ?? null;
}
