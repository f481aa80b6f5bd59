/** otel-replay: what people see and do in the browser, as OpenTelemetry logs and spans. */
import { record } from '@rrweb/record';

import type { User } from './emitter';
import { readOptions, type Options } from './options';
import type { Attributes, AttributeValue } from './otlp/model';
import { resourceAttributes } from './resource';
import { Sdk } from './sdk';
import { Warnings } from './warnings';

export type { User } from './emitter';
export type { OriginPattern } from './network/propagation';
export type { Options } from './options';
export type { Attributes, AttributeValue } from './otlp/model';
export type { ReplayOptions } from './replay/rrweb';
export type { ConsoleLevel } from './signals/console';
export { VERSION } from './version';

/** What `init` gives back; the functions of the same names work on it. */
export interface Handle {
  /** Says who uses the page; sent as `user.*` with everything from here on. */
  identify(user: User): void;
  /** Reports an event of your own, `name` being its `event_name`. */
  track(name: string, attributes?: Readonly<Record<string, AttributeValue>>): void;
  /** Reports an error that the page has handled. */
  recordException(error: unknown, attributes?: Readonly<Record<string, AttributeValue>>): void;
  /** The id of the running session (32 hex digits), or undefined while nothing is recorded. */
  getSessionId(): string | undefined;
  /** Sends what is waiting; resolves when all was answered or the receiver cannot be reached. Never rejects. */
  flush(): Promise<void>;
  /** Sends what is waiting, stops for good and gives the page its own functions back. Never rejects. */
  shutdown(): Promise<void>;
}

/** Shared by all copies of the SDK on the page, the script tag's and the bundled one. */
const HANDLE = Symbol.for('otel_replay.handle');
type Holder = { [HANDLE]?: Handle };

/**
 * Starts recording and returns the handle. Never throws: when the options cannot work, or there is no
 * browser, it says so on the console and returns undefined. A second call returns the first one's handle.
 */
export function init(options: Options): Handle | undefined {
  if (typeof window === 'undefined') return undefined;
  const warnings = new Warnings(options?.onWarning);
  return warnings.guard(() => {
    const existing = active();
    if (existing) {
      warnings.warn('already_initialised', 'init() was called twice on this page; the first call stays in effect.');
      return existing;
    }
    const settings = readOptions(options ?? {}, warnings);
    if (!settings) return undefined;
    const recordReplay = settings.recordReplay && !isRecordedFromOutside();
    const sdk = new Sdk({ ...settings, recordReplay }, resourceAttributes(options), warnings, record);
    const handle = createHandle(sdk, warnings);
    (window as Holder)[HANDLE] = handle;
    sdk.start();
    return handle;
  });
}

/** See `Handle.identify`. */
export function identify(user: User): void {
  required('identify')?.identify(user);
}

/** See `Handle.track`. */
export function track(name: string, attributes?: Readonly<Record<string, AttributeValue>>): void {
  required('track')?.track(name, attributes);
}

/** See `Handle.recordException`. */
export function recordException(error: unknown, attributes?: Readonly<Record<string, AttributeValue>>): void {
  required('recordException')?.recordException(error, attributes);
}

/** See `Handle.getSessionId`. */
export function getSessionId(): string | undefined {
  return active()?.getSessionId();
}

/** See `Handle.flush`. */
export async function flush(): Promise<void> {
  await active()?.flush();
}

/** See `Handle.shutdown`. */
export async function shutdown(): Promise<void> {
  await active()?.shutdown();
}

function createHandle(sdk: Sdk, warnings: Warnings): Handle {
  const handle: Handle = {
    identify: (user) => void warnings.guard(() => sdk.identify(user)),
    track: (name, attributes) => void warnings.guard(() => sdk.track(String(name), copy(attributes))),
    recordException: (error, attributes) => void warnings.guard(() => sdk.recordException(error, copy(attributes))),
    getSessionId: () => warnings.guard(() => sdk.sessionId()),
    flush: () => settled(() => sdk.flush()),
    shutdown: async () => {
      if ((window as Holder)[HANDLE] === handle) delete (window as Holder)[HANDLE];
      await settled(() => sdk.shutdown());
    },
  };
  return handle;

  async function settled(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => warnings.internal(error));
  }
}

function active(): Handle | undefined {
  return typeof window === 'undefined' ? undefined : (window as Holder)[HANDLE];
}

const early = new Set<string>();

/** The handle, or a warning, once per function, that the call came before `init`. */
function required(caller: string): Handle | undefined {
  const handle = active();
  if (!handle && !early.has(caller) && typeof window !== 'undefined') {
    early.add(caller);
    console.warn(`[otel-replay] ${caller}() was called without init() before it, and had no effect.`);
  }
  return handle;
}

/** A frame of the same origin is part of what the page around it records. */
function isRecordedFromOutside(): boolean {
  try {
    return window.top !== null && window.top !== window && (window.top as Holder)[HANDLE] !== undefined;
  } catch {
    return false;
  }
}

function copy(attributes: Readonly<Record<string, AttributeValue>> | undefined): Attributes {
  return { ...attributes };
}
