import type { Emit } from '../emitter';
import { SEVERITY } from '../otlp/model';
import * as names from '../semconv';
import { limit } from '../text';
import type { Warnings } from '../warnings';
import { formatConsole } from './preview';

const BODY_LIMIT = 2048;
/** A page that logs in a loop must not fill the network. */
const RATE_LIMIT = 200;
const RATE_WINDOW_MS = 10_000;

export const CONSOLE_LEVELS = ['debug', 'log', 'info', 'warn', 'error'] as const;
export type ConsoleLevel = (typeof CONSOLE_LEVELS)[number];

/** Reports console calls; the console itself works as before, also while a call is being reported. */
export function watchConsole(emit: Emit, levels: readonly ConsoleLevel[], warnings: Warnings): () => void {
  let reporting = false;
  const limiter = createLimiter((dropped) => {
    emit(names.CONSOLE_EVENT, {
      severity: SEVERITY.warn,
      body: `${dropped} console messages were left out: more than ${RATE_LIMIT} in ${RATE_WINDOW_MS / 1000} s`,
      attributes: { [names.CONSOLE_METHOD]: 'warn', [names.CONSOLE_DROPPED]: dropped },
    });
  });
  const report = (level: ConsoleLevel, args: readonly unknown[]): void => {
    if (reporting || !limiter.admit()) return;
    reporting = true;
    warnings.guard(() => {
      const body = limit(formatConsole(args, BODY_LIMIT), BODY_LIMIT);
      const severity = SEVERITY[level === 'log' ? 'info' : level];
      emit(names.CONSOLE_EVENT, { severity, body, attributes: { [names.CONSOLE_METHOD]: level } });
    });
    reporting = false;
  };
  const undo = levels.map((level) => patch(level, (args) => report(level, args)));
  return () => undo.forEach((step) => step());
}

function patch(level: ConsoleLevel, report: (args: readonly unknown[]) => void): () => void {
  const original = console[level];
  let active = true;
  const patched = function (this: Console, ...args: unknown[]): void {
    original.apply(this, args);
    if (active) report(args);
  };
  console[level] = patched;
  return () => {
    active = false;
    if (console[level] === patched) console[level] = original;
  };
}

/** Lets `RATE_LIMIT` calls through per window; `onDropped` tells at its end how many were too many. */
function createLimiter(onDropped: (count: number) => void): { admit: () => boolean } {
  let count = 0;
  const endWindow = (): void => {
    const dropped = count - RATE_LIMIT;
    count = 0;
    if (dropped > 0) onDropped(dropped);
  };
  return {
    admit: () => {
      if (count === 0) setTimeout(endWindow, RATE_WINDOW_MS);
      count += 1;
      return count <= RATE_LIMIT;
    },
  };
}
