import type { Filter } from './before-send';
import type { Drops } from './delivery/drops';
import type { Emit } from './emitter';
import type { DropReason } from './late/replay';
import type { Tracer } from './network/tracer';
import type { Settings } from './options';
import type { Attributes, LogRecord, Span } from './otlp/model';
import type { Privacy } from './privacy/privacy';
import type { Warnings } from './warnings';

/** What the part that loads at once gives to the part that loads later. */
export interface Core {
  readonly settings: Settings;
  readonly resource: Attributes;
  readonly privacy: Privacy;
  readonly filter: Filter;
  readonly emit: Emit;
  readonly warnings: Warnings;
  readonly drops: Drops;
  readonly tracer: Tracer;
  /** The page's fetch from before it was instrumented. */
  readonly fetch: typeof fetch;
  /** Arguments of the SDK's own requests, which its instrumentation leaves alone. */
  readonly ownRequests: WeakSet<object>;
  /** False when the session has expired, which is noticed by events that nobody caused. */
  readonly isLive: () => boolean;
  /** A recording of `tab` ended early. */
  readonly onDropped: (tab: string, reason: DropReason, size: number) => void;
  /** Asks for a new recording, with a new tab id, if a session is running. */
  readonly onRestartDue: () => void;
}

/** Where events and spans go. */
export interface Sink {
  addEvent(record: LogRecord): void;
  addSpan(span: Span): void;
}
