import type { User } from './emitter';
import { readOptions, type Options } from './options';
import type { AttributeValue } from './otlp/model';
import { resourceAttributes } from './resource';
import { Sdk } from './sdk';
import { Warnings } from './warnings';

type Given = Readonly<Record<string, AttributeValue>>;

/** What `init` gives back; the functions of the same names work on it. None of them throws. */
export interface Handle {
  /** Says who uses the page; sent as `user.*` with everything from here on. */
  identify(user: User): void;
  /** Sets attributes that everything from here on carries. */
  setAttributes(attributes: Given): void;
  /** Reports an event of your own, `name` being its `event_name`. */
  track(name: string, attributes?: Given): void;
  /** Reports an error that the page has handled. */
  recordException(error: unknown, attributes?: Given): void;
  /** Reports a change of the page's state, as the difference to the last one of this `name`. */
  recordState(name: string, state: unknown, action?: unknown): void;
  /** Leaves a note in the session, at this moment. */
  addNote(text: string): void;
  /** The id of the running session (32 hex digits), or undefined while nothing is recorded. */
  getSessionId(): string | undefined;
  /** Where this moment of the session can be watched; undefined without the option `viewerUrl`. */
  getSessionUrl(): string | undefined;
  /** Allows recording (see the option `requireConsent`), or takes that back and deletes what waits on the device. */
  consent(given?: boolean): void;
  /** Begins, with the option `autoStart: false`, or goes on after `stop` or `pause`. */
  start(): void;
  /** Sends what is waiting and records no further until `start`. */
  stop(): void;
  /** Records no further until `resume`. */
  pause(): void;
  /** Goes on after `pause`. */
  resume(): void;
  /** With `recordReplay: 'on-error'`: sends the last minute and everything from here on. */
  trigger(): void;
  /** Sends what is waiting; resolves when all was answered or the receiver cannot be reached. Never rejects. */
  flush(): Promise<void>;
  /** Sends what is waiting, stops for good and gives the page its own functions back. Never rejects. */
  shutdown(): Promise<void>;
}

/** Shared by all copies of the SDK on the page, the script tag's and the bundled one. */
export const HANDLE: unique symbol = Symbol.for('otel_replay.handle');
type Holder = { [HANDLE]?: Handle };

/**
 * Starts recording and returns the handle. Never throws: when the options cannot work, or there is no
 * browser, it says so on the console and returns undefined. A second call returns the first one's handle.
 */
export function init(options: Options): Handle | undefined {
  return initWith(options, []);
}

/** `init`, with what happened before the SDK was loaded. */
export function initWith(options: Options, earlyErrors: readonly Event[]): Handle | undefined {
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
    const sdk = new Sdk({ ...settings, recordReplay }, resourceAttributes(options, settings), warnings, earlyErrors);
    const handle = createHandle(sdk, warnings);
    (window as Holder)[HANDLE] = handle;
    sdk.begin();
    return handle;
  });
}

/** Calls the handle's function of this name; before `init`, a warning, once per function. */
export function forward<N extends keyof Handle>(name: N, quiet?: boolean): Handle[N] {
  return ((...args: never[]) => {
    const handle = (quiet ? active() : required(name)) as Record<string, (...args: never[]) => unknown> | undefined;
    return handle?.[name]?.(...args);
  }) as Handle[N];
}

function createHandle(sdk: Sdk, warnings: Warnings): Handle {
  const guarded = <A extends unknown[], T>(work: (...args: A) => T) => (...args: A): T | undefined => warnings.guard(() => work(...args));
  const settled = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => warnings.internal(error));
  };
  const handle: Handle = {
    identify: guarded((user) => sdk.identify(user)),
    setAttributes: guarded((attributes) => sdk.setAttributes({ ...attributes })),
    track: guarded((name, attributes) => sdk.track(String(name), { ...attributes })),
    recordException: guarded((error, attributes) => sdk.recordException(error, { ...attributes })),
    recordState: guarded((name, state, action) => sdk.recordState(String(name), state, action)),
    addNote: guarded((text) => sdk.addNote(String(text))),
    getSessionId: guarded(() => sdk.sessionId()),
    getSessionUrl: guarded(() => sdk.sessionUrl()),
    consent: guarded((given = true) => sdk.consent(given)),
    start: guarded(() => sdk.resume()),
    stop: guarded(() => {
      sdk.pause();
      void settled(() => sdk.flush());
    }),
    pause: guarded(() => sdk.pause()),
    resume: guarded(() => sdk.resume()),
    trigger: guarded(() => sdk.trigger()),
    flush: () => settled(() => sdk.flush()),
    shutdown: async () => {
      if ((window as Holder)[HANDLE] === handle) delete (window as Holder)[HANDLE];
      await settled(() => sdk.shutdown());
    },
  };
  return handle;
}

export function active(): Handle | undefined {
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
