import { randomHex } from './ids';
import type { Attributes, AttributeValue, LogRecord, Severity } from './otlp/model';
import type { Privacy } from './privacy/privacy';
import { isSecretName, MASK } from './privacy/mask';
import * as names from './semconv';
import { limit, STACK_LIMIT } from './text';

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
  /** What the page has set for everything. */
  readonly common: () => Attributes;
}

/** Makes log records out of events and hands them to `sink`; without a running session they are left out. */
export function createEmitter(identity: Identity, privacy: Privacy, sink: (record: LogRecord) => void): Emit {
  return (eventName, event) => {
    const common = identityAttributes(identity, event.sessionId, event.tab);
    if (!common) return;
    const now = Date.now();
    sink({
      eventName: limit(eventName, 256),
      timeMs: event.timeMs ?? now,
      observedMs: now,
      attributes: { ...redact({ [names.URL_FULL]: location.href, ...event.attributes }, privacy), [names.RECORD_UID]: randomHex(16), ...common },
      ...(event.severity === undefined ? {} : { severity: event.severity }),
      ...(event.body === undefined ? {} : { body: privacy.text(event.body) }),
    });
  };
}

/** `session.id`, `session.replay.tab` and `user.*`, or undefined without a session. */
export function identityAttributes(identity: Identity, sessionId = identity.sessionId(), tab?: string): Attributes | undefined {
  if (sessionId === undefined) return undefined;
  const user = Object.entries(identity.user()).map(([key, value]) => [`user.${key}`, limited(value, (text) => limit(text))]);
  return { ...identity.common(), ...(Object.fromEntries(user) as Attributes), [names.SESSION_ID]: sessionId, [names.REPLAY_TAB]: tab ?? identity.tab() };
}

/** Texts without what the privacy mode hides, and at their limits. */
export function redact(attributes: Attributes, privacy: Privacy): Attributes {
  const clean = Object.entries(attributes).map(([key, value]) => [key, limited(value, (text, name) => redactText(name ?? key, text, privacy))]);
  return Object.fromEntries(clean) as Attributes;
}

const SHOWN = [names.EXCEPTION_MESSAGE, names.DOCUMENT_TITLE, names.ELEMENT_TEXT, names.REQUEST_BODY, names.RESPONSE_BODY];

function redactText(name: string, text: string, privacy: Privacy): string {
  if (name === names.EXCEPTION_STACKTRACE) return limit(privacy.stack(text), STACK_LIMIT);
  if (name === names.URL_FULL) return limit(privacy.url(text));
  if (SHOWN.includes(name)) return limit(privacy.text(text));
  if (privacy.mode === 'open') return limit(text);
  return isSecretName(name) ? MASK : limit(privacy.scrub(text));
}

/** Texts inside go through `text`, with the name of their field where they have one. */
function limited(value: AttributeValue, text: (value: string, name?: string) => string, name?: string, depth = 0): AttributeValue {
  if (typeof value === 'string') return text(value, name);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || depth > 6) return value;
  if (Array.isArray(value)) return value.map((item: AttributeValue) => limited(item, text, name, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, limited(item as AttributeValue, text, key, depth + 1)]));
}
