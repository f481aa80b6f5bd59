/** Put the events of a part on the session's clock. */

import { isEvent, splitMoves, type RrwebEvent } from './rrweb';

/**
 * Events carry the browser's clock, the manifest says where on the session's clock a part starts (with
 * the browser's clock error taken out): the first event of a part is at its start. Within a tab, time
 * never goes back: when a clock was set back during the recording, order of sequence wins.
 */
export class SessionTiming {
  private last = -Infinity;

  /** Events of the next part, `timestamp` as ms from the session's start. `startOffset` is the manifest's. */
  place(raw: unknown[], startOffset: number): RrwebEvent[] {
    const events = raw.filter(isEvent);
    const first = events[0];
    if (!first) return [];
    const shift = startOffset - first.timestamp;
    return events.flatMap((event) => splitMoves({ ...event, timestamp: this.forward(event.timestamp + shift) }));
  }

  private forward(time: number): number {
    this.last = Math.max(this.last, time);
    return this.last;
  }
}
