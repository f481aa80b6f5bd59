import type { Sink } from './core';
import type { Drops } from './delivery/drops';
import type { LogRecord, Span } from './otlp/model';

const LIMIT = 1000;
const KEY = 'otel_replay.waiting';

/** Events and spans from before the part that sends them is there; those of a page that was left too early wait in storage. */
export class Waiting implements Sink {
  private readonly items: (LogRecord | Span)[] = [];

  constructor(private readonly drops: Drops) {}

  addEvent(record: LogRecord): void {
    this.add(record);
  }

  addSpan(span: Span): void {
    this.add(span);
  }

  handOver(sink: Sink): void {
    [...take(), ...this.items.splice(0)].forEach((item) => ('traceId' in item ? sink.addSpan(item) : sink.addEvent(item)));
  }

  /** The page is being left. */
  keep(): void {
    if (this.items.length === 0) return;
    try {
      localStorage.setItem(KEY, JSON.stringify([...take(), ...this.items.splice(0)].slice(-LIMIT)));
    } catch {
      this.drops.add('left_too_early', this.items.length);
    }
  }

  private add(item: LogRecord | Span): void {
    if (this.items.length < LIMIT) this.items.push(item);
    else this.drops.add('recorder_not_loaded');
  }
}

function take(): (LogRecord | Span)[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    localStorage.removeItem(KEY);
    return Array.isArray(kept) ? (kept as (LogRecord | Span)[]) : [];
  } catch {
    return [];
  }
}
