/** From a tree of spans to rows of a waterfall. */

import type { Span, Trace } from '../lib/types';

export interface SpanRow {
  span: Span;
  depth: number;
  hasChildren: boolean;
  collapsed: boolean;
  /** All spans below it. */
  descendants: number;
}

/** Rows in reading order: parents before children, siblings by their start. */
export function toRows(spans: Span[], collapsed: ReadonlySet<string>): SpanRow[] {
  const rows: SpanRow[] = [];
  const visit = (span: Span, depth: number): number => {
    const isCollapsed = collapsed.has(span.span_id);
    const row: SpanRow = { span, depth, hasChildren: span.children.length > 0, collapsed: isCollapsed, descendants: 0 };
    rows.push(row);
    const position = rows.length;
    for (const child of byStart(span.children)) row.descendants += 1 + visit(child, depth + 1);
    if (isCollapsed) rows.length = position;
    return row.descendants;
  };
  for (const span of byStart(spans)) visit(span, 0);
  return rows;
}

function byStart(spans: Span[]): Span[] {
  return [...spans].sort((a, b) => a.start_ms - b.start_ms);
}

export function* eachSpan(spans: Span[]): Generator<Span> {
  for (const span of spans) {
    yield span;
    yield* eachSpan(span.children);
  }
}

export function findSpan(spans: Span[], id: string): Span | null {
  for (const span of eachSpan(spans)) if (span.span_id === id) return span;
  return null;
}

export interface TimeRange {
  from: number;
  to: number;
}

/** The trace's own range, widened when a span or log lies outside of it. */
export function traceRange(trace: Trace): TimeRange {
  let from = trace.start_ms;
  let to = Math.max(trace.end_ms, trace.start_ms);
  for (const span of eachSpan(trace.spans)) {
    from = Math.min(from, span.start_ms);
    to = Math.max(to, span.start_ms + span.duration_ms);
  }
  return { from, to: Math.max(to, from + 0.001) };
}

export interface PlayheadPlace {
  /** 0 to 1 along the range. */
  at: number;
  side: 'before' | 'within' | 'after';
}

/** Where the replay's moment is on the trace's axis; outside of it, at the edge it left by. */
export function placePlayhead(range: TimeRange, time: number): PlayheadPlace {
  if (time < range.from) return { at: 0, side: 'before' };
  if (time > range.to) return { at: 1, side: 'after' };
  return { at: (time - range.from) / (range.to - range.from), side: 'within' };
}

export const isFailed = (span: Span): boolean => span.status === 'Error' || span.events.some((event) => event.name === 'exception');
