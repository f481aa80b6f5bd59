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

/**
 * Reports uncaught errors and unhandled rejections, each error object once, and what failed to load or was not allowed to.
 * `early`: events from before the SDK was there.
 */
export function watchErrors(emit: Emit, warnings: Warnings, automatic: boolean, early: readonly Event[]): ErrorSignal {
  const reported = new WeakSet<object>();
  const report = (thrown: unknown, attributes: Attributes, timeMs?: number): void => {
    if (isRepeated(thrown, reported)) return;
    const described = describeException(thrown);
    emit(names.EXCEPTION_EVENT, { severity: SEVERITY.error, attributes: { ...attributes, ...described }, ...(timeMs === undefined ? {} : { timeMs }) });
  };
  const reportEvent = (event: Event, timeMs?: number): void => {
    const escaped = { [names.EXCEPTION_ESCAPED]: true };
    if (event instanceof ErrorEvent) report(event.error ?? withoutObject(event), escaped, timeMs);
    else if (event.type === 'unhandledrejection') report(rejectionReason((event as PromiseRejectionEvent).reason), escaped, timeMs);
    else if (event.type === 'securitypolicyviolation') emit(names.CSP_EVENT, { severity: SEVERITY.warn, attributes: violation(event as SecurityPolicyViolationEvent) });
    else if (event.target instanceof Element) emit(names.RESOURCE_ERROR_EVENT, { severity: SEVERITY.warn, attributes: resource(event.target) });
  };
  const onEvent = (event: Event): void => void warnings.guard(() => reportEvent(event));
  const types = automatic ? ['error', 'unhandledrejection', 'securitypolicyviolation'] : [];
  if (automatic) early.forEach((event) => warnings.guard(() => reportEvent(event, performance.timeOrigin + event.timeStamp)));
  types.forEach((type) => window.addEventListener(type, onEvent, true));
  return {
    record: (thrown, attributes = {}) => report(thrown, attributes),
    stop: () => types.forEach((type) => window.removeEventListener(type, onEvent, true)),
  };
}

/** An image, script or style sheet that did not load; only the capture phase sees it. */
function resource(element: Element): Attributes {
  const address = element.getAttribute('src') ?? element.getAttribute('href') ?? '';
  return { [names.TAG_NAME]: element.tagName.toUpperCase(), 'browser.resource.url': address };
}

function violation({ violatedDirective, blockedURI, sourceFile, lineNumber }: SecurityPolicyViolationEvent): Attributes {
  return { 'browser.csp.directive': violatedDirective, 'browser.csp.blocked': blockedURI, 'code.file.path': sourceFile || undefined, 'code.line.number': lineNumber || undefined };
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
