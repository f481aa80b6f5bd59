/** Which colour scheme did the visitor prefer? The recorder notes it on each Meta event. */

import { EventType, type RrwebEvent } from './rrweb';

export interface SchemeChange {
  at: number;
  scheme: 'light' | 'dark';
}

/** What the Meta events say, in their order; recordings of others say nothing. */
export function schemesOf(events: RrwebEvent[]): SchemeChange[] {
  return events.flatMap((event) => {
    const scheme = event.type === EventType.Meta ? event.data['colorScheme'] : null;
    return scheme === 'light' || scheme === 'dark' ? [{ at: event.timestamp, scheme }] : [];
  });
}
