/** Small values for the tests, complete enough for the types. */

import type { Manifest, SessionEvent, Span, TabManifest, Trace } from '../src/lib/types';

export interface ChunkSample {
  seq: number;
  start: number;
  end?: number;
  bytes?: number;
  checkpoint?: boolean;
}

export function tab(id: string, chunks: ChunkSample[], more: Partial<TabManifest> = {}): TabManifest {
  const last = chunks.at(-1)!;
  return {
    id,
    start_offset_ms: chunks[0]!.start,
    end_offset_ms: last.end ?? last.start,
    url: `https://shop.example/${id}`,
    final: true,
    clock_error_ms: 0,
    chunks: {
      seq: chunks.map((chunk) => chunk.seq),
      start: chunks.map((chunk) => chunk.start),
      end: chunks.map((chunk) => chunk.end ?? chunk.start),
      bytes: chunks.map((chunk) => chunk.bytes ?? 100),
      size: chunks.map(() => 1000),
      events: chunks.map(() => 10),
      checkpoint: chunks.filter((chunk) => chunk.checkpoint).map((chunk) => chunk.seq),
    },
    gaps: [],
    ...more,
  };
}

export function manifest(tabs: TabManifest[], more: Partial<Manifest> = {}): Manifest {
  const end = Math.max(0, ...tabs.map((each) => each.end_offset_ms));
  return { session_id: 's', state: 'finished', start_ms: 0, end_ms: end, clock_error_ms: 0, version: '1', tabs, ...more };
}

export function event(kind: SessionEvent['kind'], offset: number, more: Partial<SessionEvent> = {}): SessionEvent {
  return {
    id: `${kind}@${offset}`,
    t_ms: 1000 + offset,
    offset_ms: offset,
    kind,
    name: '',
    source: 'browser',
    tab: '',
    title: kind,
    severity: 'INFO',
    status: null,
    duration_ms: null,
    service: '',
    trace_id: '',
    span_id: '',
    attributes: {},
    ...more,
  };
}

export function span(id: string, start: number, duration: number, more: Partial<Span> = {}): Span {
  return {
    span_id: id,
    parent_span_id: '',
    name: id,
    kind: 'Internal',
    service: 'svc',
    scope: '',
    start_ms: start,
    duration_ms: duration,
    status: 'Unset',
    status_message: '',
    session_id: '',
    orphan: false,
    attributes: {},
    resource: {},
    events: [],
    links: [],
    children: [],
    ...more,
  };
}

export function trace(spans: Span[], more: Partial<Trace> = {}): Trace {
  return {
    trace_id: 't',
    start_ms: 100,
    end_ms: 200,
    duration_ms: 100,
    span_count: spans.length,
    error_count: 0,
    truncated: false,
    services: [],
    spans,
    logs: [],
    sessions: [],
    ...more,
  };
}
