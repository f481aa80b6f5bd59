/** From a tree of spans to rows of a waterfall. */

import type { Span, Trace, TraceLog } from '../lib/types';

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
  const all = inReadingOrder(spans);
  const below = countBelow(all);
  const rows: SpanRow[] = [];
  for (let index = 0; index < all.length; ) {
    const { span, depth } = all[index]!;
    const descendants = below[index]!;
    const isCollapsed = collapsed.has(span.span_id);
    rows.push({ span, depth, hasChildren: descendants > 0, collapsed: isCollapsed, descendants });
    index += isCollapsed ? descendants + 1 : 1;
  }
  return rows;
}

/** A log line below the span that wrote it. */
export interface LogRow {
  log: TraceLog;
  depth: number;
}

export type WaterfallRow = SpanRow | LogRow;

export const isLogRow = (row: WaterfallRow): row is LogRow => 'log' in row;

/** The rows with log lines under their spans; those of spans that are folded away are too, those of unknown spans come last. */
export function withLogs(rows: readonly SpanRow[], logs: readonly TraceLog[], known: ReadonlySet<string>): WaterfallRow[] {
  const bySpan = new Map<string, TraceLog[]>();
  for (const log of [...logs].sort((a, b) => a.t_ms - b.t_ms)) bySpan.set(log.span_id, [...(bySpan.get(log.span_id) ?? []), log]);
  const linesOf = (id: string, depth: number): LogRow[] => (bySpan.get(id) ?? []).map((log) => ({ log, depth }));
  const shown = new Set<string>();
  const all = rows.flatMap((row): WaterfallRow[] => {
    const first = !shown.has(row.span.span_id); // an id that stands twice has its lines once
    shown.add(row.span.span_id);
    return first ? [row, ...linesOf(row.span.span_id, row.depth + 1)] : [row];
  });
  const lost = [...bySpan.keys()].filter((id) => !known.has(id));
  return [...all, ...lost.flatMap((id) => linesOf(id, 0))];
}

/** Whether the span was under way. */
export function isAlive(span: Span, timeMs: number): boolean {
  return span.start_ms <= timeMs && timeMs <= span.start_ms + span.duration_ms;
}

interface Placed {
  span: Span;
  depth: number;
  /** Its index in the reading order; -1 for roots. */
  parent: number;
}

/** Without recursion, like all walks here: traces of thousands of levels exist. */
function inReadingOrder(spans: Span[]): Placed[] {
  const result: Placed[] = [];
  const stack: Placed[] = [];
  const push = (siblings: Span[], depth: number, parent: number): void => {
    for (const span of byStart(siblings).reverse()) stack.push({ span, depth, parent });
  };
  push(spans, 0, -1);
  for (let next = stack.pop(); next; next = stack.pop()) {
    result.push(next);
    push(next.span.children, next.depth + 1, result.length - 1);
  }
  return result;
}

/** How many spans each one has below it; children come after their parents. */
function countBelow(all: Placed[]): number[] {
  const below = all.map(() => 0);
  for (let index = all.length - 1; index >= 0; index -= 1) {
    const { parent } = all[index]!;
    if (parent >= 0) below[parent]! += below[index]! + 1;
  }
  return below;
}

function byStart(spans: Span[]): Span[] {
  return [...spans].sort((a, b) => a.start_ms - b.start_ms);
}

export function* eachSpan(spans: Span[]): Generator<Span> {
  const stack = [...spans].reverse();
  for (let span = stack.pop(); span; span = stack.pop()) {
    yield span;
    for (let index = span.children.length - 1; index >= 0; index -= 1) stack.push(span.children[index]!);
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
