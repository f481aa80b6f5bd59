/** What stands on the time line: which events have a mark, in which lane, and what it is called. */

import { duration as formatDuration, urlPath } from '../lib/format';
import type { EventKind, Manifest, SessionEvent } from '../lib/types';
import { vitalText } from '../panels/kinds';
import type { Lane } from './lanes';

/** How a mark looks beside the plain ones of its lane. */
export type Tone = 'plain' | 'warn' | 'danger' | 'rage' | 'dead' | 'own';

export interface Marker {
  id: string;
  lane: Lane;
  kind: EventKind;
  tone: Tone;
  /** ms from the session's start, exactly as recorded. */
  offset: number;
  duration: number;
  /** What kind of thing it is, for people. */
  label: string;
  title: string;
  failed: boolean;
  source: string;
}

type Drawn = Pick<Marker, 'lane' | 'tone' | 'label'> & Partial<Pick<Marker, 'title' | 'duration'>>;

export function isFailedRequest(event: SessionEvent): boolean {
  return event.kind === 'request' && (event.severity === 'ERROR' || (event.status ?? 0) >= 400);
}

/** Markers of the events that have a lane, in order of time. */
export function toMarkers(events: SessionEvent[]): Marker[] {
  const markers: Marker[] = [];
  for (const event of events) {
    const drawn = drawnAs(event);
    if (drawn) markers.push(toMarker(event, drawn));
  }
  return markers.sort((a, b) => a.offset - b.offset);
}

function toMarker(event: SessionEvent, drawn: Drawn): Marker {
  return {
    id: event.id,
    kind: event.kind,
    offset: event.offset_ms,
    duration: event.duration_ms ?? 0,
    title: event.title,
    failed: drawn.tone === 'danger' || drawn.tone === 'rage',
    source: event.source,
    ...drawn,
  };
}

function drawnAs(event: SessionEvent): Drawn | null {
  switch (event.kind) {
    case 'click':
      return { lane: 'action', tone: 'plain', label: 'Click' };
    case 'rage_click':
      return { lane: 'action', tone: 'rage', label: `Rage click, ${event.attributes['browser.click.count'] ?? 'several'} in a row`, title: target(event) };
    case 'dead_click':
      return { lane: 'action', tone: 'dead', label: 'Dead click, nothing happened', title: target(event) };
    case 'navigation':
      return { lane: 'navigation', tone: 'plain', label: 'Page' };
    case 'console':
      return { lane: 'console', tone: severityTone(event.severity), label: 'Console' };
    case 'request':
      return { lane: 'network', tone: isFailedRequest(event) ? 'danger' : 'plain', label: 'Request' };
    case 'error':
      return { lane: 'error', tone: 'danger', label: 'Error' };
    case 'backend_error':
      return { lane: 'backend', tone: 'danger', label: 'Backend error' };
    case 'vital':
      return vital(event);
    case 'custom':
      return custom(event);
    default:
      return null;
  }
}

function target({ attributes }: SessionEvent): string {
  return attributes['browser.element.text'] || attributes['browser.css_selector'] || '';
}

function severityTone(severity: string): Tone {
  if (severity === 'ERROR' || severity === 'FATAL') return 'danger';
  return severity === 'WARN' ? 'warn' : 'plain';
}

function vital(event: SessionEvent): Drawn {
  const rating = event.attributes['browser.web_vital.rating'] ?? '';
  const tones: Record<string, Tone> = { 'needs-improvement': 'warn', poor: 'danger' };
  const title = [vitalText(event) || event.title, rating.replace('-', ' ')].filter(Boolean).join(', ');
  return { lane: 'vital', tone: tones[rating] ?? 'plain', label: 'Web vital', title };
}

const LONG_TASK_BAD_MS = 200;

/** What has no kind of its own is told apart by its name, which is the title too but for notes. */
function custom(event: SessionEvent): Drawn | null {
  const { attributes } = event;
  const name = event.name || event.title;
  if (name === 'browser.long_task') {
    const length = Number(attributes['browser.long_task.duration']) || 0;
    return { lane: 'longtask', tone: length > LONG_TASK_BAD_MS ? 'danger' : 'warn', label: 'Long task', title: attributes['browser.long_task.source'] ?? '', duration: length };
  }
  if (name.startsWith('browser.') || name.startsWith('session.replay.')) return null;
  return { lane: 'action', tone: 'own', label: name === 'session.note' ? 'Note' : 'Event' };
}

/** In one line, for tool tips and for those who hear it. */
export function nameOf(marker: Marker): string {
  const title = marker.lane === 'navigation' ? urlPath(marker.title) : marker.title;
  const length = marker.duration > 0 ? `, ${formatDuration(marker.duration)}` : '';
  return `${marker.label}${title ? `: ${title}` : ''}${length}`;
}

/** Each lane's markers, in order of time. */
export function byLane(markers: readonly Marker[]): Map<Lane, Marker[]> {
  const lanes = new Map<Lane, Marker[]>();
  for (const marker of markers) {
    const lane = lanes.get(marker.lane);
    if (lane) lane.push(marker);
    else lanes.set(marker.lane, [marker]);
  }
  return lanes;
}

/** Recorded events per stretch of `from..to`, from the chunk columns: no payload is needed for it. */
export function activityHistogram(manifest: Manifest, from: number, to: number, buckets: number): number[] {
  const result = new Array<number>(buckets).fill(0);
  const bucketMs = Math.max(to - from, 1) / buckets;
  for (const { chunks } of manifest.tabs) {
    chunks.seq.forEach((_, index) => {
      spread(result, bucketMs, (chunks.start[index] ?? 0) - from, (chunks.end[index] ?? 0) - from, chunks.events[index] ?? 0);
    });
  }
  return result;
}

/** What lies outside of the buckets is left out, and its share with it. */
function spread(buckets: number[], bucketMs: number, from: number, to: number, count: number): void {
  const first = Math.floor(from / bucketMs);
  const last = Math.max(first, Math.min(Math.floor(to / bucketMs), Math.ceil(to / bucketMs) - (to > from ? 1 : 0)));
  const share = count / (last - first + 1);
  for (let index = Math.max(0, first); index <= Math.min(last, buckets.length - 1); index += 1) buckets[index]! += share;
}

/** The marker nearest to `x` among those of one lane, no further than `reach` pixels; of two, the one that tells of trouble. */
export function nearestMarker(markers: readonly Marker[], x: number, toX: (t: number) => number, reach: number): Marker | null {
  let best: Marker | null = null;
  let bestScore = Infinity;
  for (const marker of markers) {
    const left = toX(marker.offset);
    const right = marker.duration > 0 ? toX(marker.offset + marker.duration) : left;
    const distance = x < left ? left - x : x > right ? x - right : 0;
    if (distance > reach) continue;
    const score = distance - (marker.tone === 'plain' ? 0 : reach / 2);
    if (score >= bestScore) continue;
    best = marker;
    bestScore = score;
  }
  return best;
}
