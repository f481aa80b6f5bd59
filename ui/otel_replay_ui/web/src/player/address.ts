/** The address of the recorded page at each moment of each tab. */

import type { Manifest, SessionEvent } from '../lib/types';

interface Visit {
  at: number;
  url: string;
}

export class Addresses {
  private readonly visits = new Map<string, Visit[]>();

  constructor(manifest: Manifest, events: SessionEvent[]) {
    for (const tab of manifest.tabs) this.visits.set(tab.id, [{ at: -Infinity, url: tab.url }]);
    for (const event of events) {
      const url = event.attributes['url.full'];
      if (event.kind === 'navigation' && url) this.visits.get(event.tab)?.push({ at: event.offset_ms, url });
    }
    for (const visits of this.visits.values()) visits.sort((a, b) => a.at - b.at);
  }

  at(tab: string | null, t: number): string {
    const visits = (tab !== null && this.visits.get(tab)) || [];
    return visits.findLast((visit) => visit.at <= t)?.url ?? '';
  }
}
