import type { Attributes, AttributeValue, LogRecord, Severity } from './otlp/model';
import * as names from './semconv';
import { limit, withoutCredentials } from './text';

/** Who uses the page; every field is sent as `user.<field>`. */
export interface User {
  readonly id?: string;
  readonly name?: string;
  readonly full_name?: string;
  readonly email?: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** An event as a signal reports it. */
export interface EventInput {
  readonly attributes: Attributes;
  readonly severity?: Severity;
  readonly body?: string;
  readonly timeMs?: number;
  /** Another session and tab than the current ones, for what belongs to an earlier session. */
  readonly sessionId?: string;
  readonly tab?: string;
}

export type Emit = (eventName: string, event: EventInput) => void;

/** What every record of this page carries. */
export interface Identity {
  /** The running session's id; undefined while nothing is recorded. */
  readonly sessionId: () => string | undefined;
  readonly tab: () => string;
  readonly user: () => User;
}

/** Makes log records out of events and hands them to `sink`; without a running session they are left out. */
export function createEmitter(identity: Identity, sink: (record: LogRecord) => void): Emit {
  return (eventName, event) => {
    const common = identityAttributes(identity, event.sessionId, event.tab);
    if (!common) return;
    const now = Date.now();
    sink({
      eventName: limit(eventName, 256),
      timeMs: event.timeMs ?? now,
      observedMs: now,
      attributes: { [names.URL_FULL]: currentUrl(), ...limitAttributes(event.attributes), ...common },
      ...(event.severity === undefined ? {} : { severity: event.severity }),
      ...(event.body === undefined ? {} : { body: event.body }),
    });
  };
}

/** `session.id`, `session.replay.tab` and `user.*`, or undefined without a session. */
export function identityAttributes(identity: Identity, sessionId = identity.sessionId(), tab?: string): Attributes | undefined {
  if (sessionId === undefined) return undefined;
  return { [names.SESSION_ID]: sessionId, [names.REPLAY_TAB]: tab ?? identity.tab(), ...userAttributes(identity.user()) };
}

export function currentUrl(): string {
  return limit(withoutCredentials(location.href));
}

function userAttributes(user: User): Attributes {
  const entries = Object.entries(user).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [`user.${key}`, limitValue(value)]));
}

/** Texts at their limit; stack traces, which signals have cut already, keep theirs. */
function limitAttributes(attributes: Attributes): Attributes {
  const limited = Object.entries(attributes).map(([key, value]) => [key, key === names.EXCEPTION_STACKTRACE ? value : limitValue(value)]);
  return Object.fromEntries(limited) as Attributes;
}

function limitValue(value: AttributeValue): AttributeValue {
  return typeof value === 'string' ? limit(value) : value;
}
