import type { Attributes } from '../otlp/model';
import * as names from '../semconv';
import { limit, STACK_LIMIT } from '../text';

/** Causes below this are left out. */
const CAUSE_DEPTH = 5;

/** `exception.*` attributes of whatever was thrown, its chain of causes included in the stack trace. */
export function describeException(thrown: unknown): Attributes {
  const error = asError(thrown);
  return {
    [names.EXCEPTION_TYPE]: error.type,
    [names.EXCEPTION_MESSAGE]: error.message,
    [names.EXCEPTION_STACKTRACE]: limit(stackWithCauses(thrown), STACK_LIMIT),
  };
}

interface Described {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

function stackWithCauses(thrown: unknown): string {
  const seen = new Set<unknown>();
  const stacks: string[] = [];
  for (let current = thrown; stacks.length <= CAUSE_DEPTH; current = (current as { cause?: unknown }).cause) {
    if (seen.has(current)) break;
    seen.add(current);
    stacks.push(asError(current).stack);
    stacks.push(...parts(current).map((part) => `Of several: ${asError(part).stack}`));
    if (!hasCause(current)) break;
  }
  return stacks.join('\nCaused by: ');
}

/** The errors inside an AggregateError. */
function parts(value: unknown): unknown[] {
  const { errors } = Object(value) as { errors?: unknown };
  return Array.isArray(errors) ? errors.slice(0, CAUSE_DEPTH) : [];
}

function hasCause(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { cause?: unknown }).cause != null;
}

/** An Error, a DOMException or anything that looks like one; other values stand for their text. */
function asError(thrown: unknown): Described {
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) {
    const message = text(thrown);
    return { type: typeName(thrown), message, stack: message };
  }
  const { name, message, stack } = thrown as Partial<Error>;
  const type = String(name || typeName(thrown));
  return { type, message: String(message), stack: withHeader(`${type}: ${String(message)}`, stack) };
}

/** Chromium's stacks begin with the message, those of Firefox and Safari do not. */
function withHeader(header: string, stack: unknown): string {
  if (typeof stack !== 'string' || stack === '') return header;
  return stack.includes(header) || /^\w*(Error|Exception)\b/.test(stack) ? stack : `${header}\n${stack}`;
}

function typeName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  return (value.constructor as { name?: string } | undefined)?.name || 'Object';
}

function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return limit(JSON.stringify(value) ?? String(value));
  } catch {
    return Object.prototype.toString.call(value);
  }
}
