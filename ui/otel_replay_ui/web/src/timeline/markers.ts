/** What stands on the time line, and in which lane. */

import type { EventKind, Manifest, SessionEvent } from '../lib/types';

export type Lane = 'activity' | 'navigation' | 'click' | 'console' | 'network' | 'error';

export interface Marker {
  id: string;
  lane: Lane;
  kind: EventKind;
  /** ms from the session's start, exactly as recorded. */
  offset: number;
  duration: number;
  title: string;
  failed: boolean;
  source: string;
}

export const LANES: { lane: Lane; label: string }[] = [
  { lane: 'activity', label: 'Activity' },
  { lane: 'navigation', label: 'Pages' },
  { lane: 'click', label: 'Clicks' },
  { lane: 'console', label: 'Console' },
  { lane: 'network', label: 'Network' },
  { lane: 'error', label: 'Errors' },
];

const LANE_OF: Partial<Record<EventKind, Lane>> = {
  navigation: 'navigation',
  click: 'click',
  console: 'console',
  request: 'network',
  error: 'error',
  backend_error: 'error',
};

export function isFailedRequest(event: SessionEvent): boolean {
  return event.kind === 'request' && (event.severity === 'ERROR' || (event.status ?? 0) >= 400);
}

/** Markers of the events that have a lane, in order of time. */
export function toMarkers(events: SessionEvent[]): Marker[] {
  const markers: Marker[] = [];
  for (const event of events) {
    const lane = LANE_OF[event.kind];
    if (lane) markers.push(toMarker(event, lane));
  }
  return markers.sort((a, b) => a.offset - b.offset);
}

function toMarker(event: SessionEvent, lane: Lane): Marker {
  return {
    id: event.id,
    lane,
    kind: event.kind,
    offset: event.offset_ms,
    duration: event.duration_ms ?? 0,
    title: event.title,
    failed: lane === 'error' || isFailedRequest(event) || (event.kind === 'console' && event.severity === 'ERROR'),
    source: event.source,
  };
}

/** Recorded events per stretch of the session, from the chunk columns: no payload is needed for it. */
export function activityHistogram(manifest: Manifest, duration: number, buckets: number): number[] {
  const result = new Array<number>(buckets).fill(0);
  const bucketMs = Math.max(duration, 1) / buckets;
  for (const { chunks } of manifest.tabs) {
    chunks.seq.forEach((_, index) => {
      spread(result, bucketMs, chunks.start[index] ?? 0, chunks.end[index] ?? 0, chunks.events[index] ?? 0);
    });
  }
  return result;
}

function spread(buckets: number[], bucketMs: number, from: number, to: number, count: number): void {
  const clamp = (time: number): number => Math.max(0, Math.min(buckets.length - 1, Math.floor(time / bucketMs)));
  const first = clamp(from);
  const last = clamp(to);
  for (let index = first; index <= last; index += 1) buckets[index]! += count / (last - first + 1);
}

/** The marker nearest to `x` in a lane (any lane for null), no further than `reach` pixels. */
export function nearestMarker(markers: Marker[], lane: Lane | null, x: number, toX: (t: number) => number, reach: number): Marker | null {
  let best: Marker | null = null;
  let bestDistance = reach;
  for (const marker of markers) {
    if (lane !== null && marker.lane !== lane) continue;
    const left = toX(marker.offset);
    const right = marker.lane === 'network' ? toX(marker.offset + marker.duration) : left;
    const distance = x < left ? left - x : x > right ? x - right : 0;
    if (distance <= bestDistance) {
      best = marker;
      bestDistance = distance;
    }
  }
  return best;
}
