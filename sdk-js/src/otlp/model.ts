/** What an attribute may hold; `undefined` leaves the attribute out. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type Attributes = Record<string, AttributeValue>;

/** OTLP severity numbers that the SDK uses. */
export const SEVERITY = { debug: 5, info: 9, warn: 13, error: 17 } as const;
export type Severity = (typeof SEVERITY)[keyof typeof SEVERITY];

/** One OTLP log record; times in ms since the epoch. */
export interface LogRecord {
  readonly eventName: string;
  readonly timeMs: number;
  readonly observedMs: number;
  readonly severity?: Severity;
  readonly body?: AttributeValue;
  readonly attributes: Attributes;
}

/** One OTLP span of kind CLIENT; times in ms since the epoch, ids in hex. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  readonly attributes: Attributes;
}

/** Log records of one instrumentation scope. */
export interface ScopedRecords {
  readonly scope: string;
  readonly records: readonly LogRecord[];
}
