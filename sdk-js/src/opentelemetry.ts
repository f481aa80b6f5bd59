/**
 * For pages that run OpenTelemetry JS already (2.x and 3.x): puts the session on its spans and logs, and tells it the session.
 * Nothing is imported from it; the objects have the shapes that its SDKs ask for.
 */
import { active } from './api';
import { getSessionId } from './index';

interface WithAttributes {
  setAttribute(name: string, value: string): unknown;
}

/** What is looked at of a span that has ended. */
interface Ended {
  readonly events?: readonly { readonly name: string }[];
}

/** What is looked at of a log record. */
interface Emitted extends WithAttributes {
  readonly eventName?: string | undefined;
}

const NOTHING = async (): Promise<void> => undefined;

function tag(target: WithAttributes): void {
  const id = getSessionId();
  if (id !== undefined) target.setAttribute('session.id', id);
}

/** The name of an exception's event, as the semantic conventions have it. */
function isException(name: string | undefined): boolean {
  return name === 'exception' || name?.endsWith('.exception') === true;
}

/**
 * A SpanProcessor: give it to the tracer provider, before the one that exports. An exception that a span tells of begins the
 * sending with `recordReplay: 'on-error'`, as the page's own errors do.
 */
export function sessionSpanProcessor() {
  return {
    onStart: (span: WithAttributes): void => tag(span),
    onEnd: ({ events }: Ended): void => {
      if (events?.some(({ name }) => isException(name))) active()?.trigger();
    },
    forceFlush: NOTHING,
    shutdown: NOTHING,
  };
}

/** A LogRecordProcessor: give it to the logger provider, before the one that exports. Exceptions count as with spans. */
export function sessionLogProcessor() {
  return {
    onEmit: (record: Emitted): void => {
      tag(record);
      if (isException(record.eventName)) active()?.trigger();
    },
    enabled: (): boolean => true,
    forceFlush: NOTHING,
    shutdown: NOTHING,
  };
}

/** A SessionProvider as `@opentelemetry/web-common` and `@opentelemetry/browser-sdk` ask for; null while nothing is recorded. */
export const sessionProvider = {
  getSessionId: (): string | null => getSessionId() ?? null,
};
