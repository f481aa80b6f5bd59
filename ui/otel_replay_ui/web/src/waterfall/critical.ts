/** The critical path: at each moment of a trace, the span that everything else was waiting for. */

import type { Span } from '../lib/types';

/** ms since the epoch. */
export interface Stretch {
  from: number;
  to: number;
}

export type CriticalPath = ReadonlyMap<Span, readonly Stretch[]>;

interface Frame {
  span: Span;
  /** What lies behind this is accounted for. */
  until: number;
  /** Not looked at yet; the one that ended last is at the end. */
  children: Span[];
}

/**
 * Walks back from the end of the longest root: what ended last below a span is what the span waited for, until that began;
 * the rest is the span's own time. Without recursion, like all walks here.
 */
export function criticalPath(roots: readonly Span[]): CriticalPath {
  const path = new Map<Span, Stretch[]>();
  const add = (span: Span, from: number, to: number): void => {
    if (to <= from) return;
    const known = path.get(span);
    if (known) known.push({ from, to });
    else path.set(span, [{ from, to }]);
  };
  const root = longest(roots);
  const stack: Frame[] = root ? [frame(root, endOf(root))] : [];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const child = nextChild(top);
    if (child) {
      const end = Math.min(endOf(child), top.until);
      add(top.span, end, top.until);
      top.until = Math.max(child.start_ms, top.span.start_ms);
      stack.push(frame(child, end));
    } else {
      add(top.span, top.span.start_ms, top.until);
      stack.pop();
    }
  }
  return path;
}

/** How long the span kept the trace waiting, ms. */
export function criticalMs(path: CriticalPath, span: Span): number {
  return (path.get(span) ?? []).reduce((sum, { from, to }) => sum + to - from, 0);
}

function frame(span: Span, until: number): Frame {
  return { span, until, children: [...span.children].sort((a, b) => endOf(a) - endOf(b)) };
}

/** The latest of those that began in time; what went on beside it kept nobody waiting. */
function nextChild({ until, children }: Frame): Span | null {
  for (let child = children.pop(); child; child = children.pop()) {
    if (child.start_ms < until && child.duration_ms > 0) return child;
  }
  return null;
}

function longest(roots: readonly Span[]): Span | null {
  const whole = roots.filter((root) => !root.orphan);
  return (whole.length > 0 ? whole : roots).reduce<Span | null>((best, root) => (best && best.duration_ms >= root.duration_ms ? best : root), null);
}

function endOf(span: Span): number {
  return span.start_ms + span.duration_ms;
}
