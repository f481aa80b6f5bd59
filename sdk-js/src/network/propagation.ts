import { SESSION_ID } from '../semconv';

/** Exact origin or pattern; a string may be any address of the origin. */
export type OriginPattern = string | RegExp;

/** How OpenTelemetry's instrumentation marks a function that it has put itself before. */
export interface Wrapped {
  readonly __wrapped?: boolean;
  readonly __original?: unknown;
}

/** The context of a span that a request carries to the backend (W3C Trace Context and Baggage). */
export interface Carrier {
  readonly traceparent: string;
  readonly baggage: string;
}

export function carrier(traceId: string, spanId: string, sessionId: string): Carrier {
  return { traceparent: `00-${traceId}-${spanId}-01`, baggage: baggage(sessionId) };
}

export function baggage(sessionId: string): string {
  return `${SESSION_ID}=${sessionId}`;
}

/** The page's own baggage with ours behind it; unchanged when it names a session already. */
export function joinBaggage(existing: string | null | undefined, ours: string): string {
  if (!existing) return ours;
  return existing.includes(`${SESSION_ID}=`) ? existing : `${existing},${ours}`;
}

/** Whether requests to `url` may carry context: always to the page's own origin, else when a pattern says so. */
export function mayPropagate(url: URL, patterns: readonly OriginPattern[]): boolean {
  return url.origin === location.origin || patterns.some((pattern) => matchesOrigin(url.origin, pattern));
}

function matchesOrigin(origin: string, pattern: OriginPattern): boolean {
  // `search` ignores the state that `test` keeps in a global expression.
  if (typeof pattern !== 'string') return origin.search(pattern) >= 0;
  return originOf(pattern) === origin;
}

function originOf(address: string): string {
  try {
    return new URL(address).origin;
  } catch {
    return address;
  }
}
