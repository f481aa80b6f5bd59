/**
 * For pages that run OpenTelemetry JS already (2.x and 3.x): puts the session on its spans and logs, and tells it the session.
 * Nothing is imported from it; the objects have the shapes that its SDKs ask for.
 */
import { getSessionId } from './index';

interface WithAttributes {
  setAttribute(name: string, value: string): unknown;
}

const NOTHING = async (): Promise<void> => undefined;

function tag(target: WithAttributes): void {
  const id = getSessionId();
  if (id !== undefined) target.setAttribute('session.id', id);
}

/** A SpanProcessor: give it to the tracer provider, before the one that exports. */
export function sessionSpanProcessor() {
  return { onStart: (span: WithAttributes): void => tag(span), onEnd: (): void => undefined, forceFlush: NOTHING, shutdown: NOTHING };
}

/** A LogRecordProcessor: give it to the logger provider, before the one that exports. */
export function sessionLogProcessor() {
  return { onEmit: (record: WithAttributes): void => tag(record), enabled: (): boolean => true, forceFlush: NOTHING, shutdown: NOTHING };
}

/** A SessionProvider as `@opentelemetry/web-common` and `@opentelemetry/browser-sdk` ask for; null while nothing is recorded. */
export const sessionProvider = {
  getSessionId: (): string | null => getSessionId() ?? null,
};
