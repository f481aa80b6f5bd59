import type { Emit } from '../emitter';
import { SEVERITY, type Attributes } from '../otlp/model';
import * as names from '../semconv';
import type { Warnings } from '../warnings';
import { describeException } from './exception';

export interface ErrorSignal {
  /** Reports an error that the page has caught. */
  record: (thrown: unknown, attributes?: Attributes) => void;
  stop: () => void;
}

/** Reports uncaught errors and unhandled rejections, each error object once. */
export function watchErrors(emit: Emit, warnings: Warnings): ErrorSignal {
  const reported = new WeakSet<object>();
  const report = (thrown: unknown, attributes: Attributes): void => {
    if (isRepeated(thrown, reported)) return;
    const described = describeException(thrown);
    emit(names.EXCEPTION_EVENT, { severity: SEVERITY.error, attributes: { ...attributes, ...described } });
  };
  const onError = (event: ErrorEvent): void => {
    warnings.guard(() => report(event.error ?? withoutObject(event), { [names.EXCEPTION_ESCAPED]: true }));
  };
  const onRejection = (event: PromiseRejectionEvent): void => {
    warnings.guard(() => report(rejectionReason(event.reason), { [names.EXCEPTION_ESCAPED]: true }));
  };
  window.addEventListener('error', onError);
  window.addEventListener('unhandledrejection', onRejection);
  return {
    record: (thrown, attributes = {}) => report(thrown, attributes),
    stop: () => {
      window.removeEventListener('error', onError);
      window.removeEventListener('unhandledrejection', onRejection);
    },
  };
}

/** Frameworks report an error and throw it on; it stays one error. */
function isRepeated(thrown: unknown, reported: WeakSet<object>): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false;
  if (reported.has(thrown)) return true;
  reported.add(thrown);
  return false;
}

/** Errors of scripts from other origins come without their object, often as "Script error." only. */
function withoutObject({ message, filename, lineno, colno }: ErrorEvent): object {
  const [, type = 'Error', rest = message] = /^(?:Uncaught )?(\w*Error): ([^]*)$/.exec(message) ?? [];
  const stack = filename ? `${type}: ${rest}\n    at ${filename}:${lineno}:${colno}` : '';
  return { name: type, message: rest, stack };
}

/** Rejections with plain values have no type of their own. */
function rejectionReason(reason: unknown): unknown {
  if (typeof reason === 'object' && reason !== null && 'message' in reason) return reason;
  const { [names.EXCEPTION_MESSAGE]: message } = describeException(reason);
  return { name: 'UnhandledRejection', message };
}
