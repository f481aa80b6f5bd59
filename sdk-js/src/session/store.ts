/** A session as all tabs of the origin share it; times in ms since the epoch. */
export interface StoredSession {
  readonly id: string;
  readonly previous?: string;
  /** When the session began. */
  readonly start: number;
  /** Last user input in any tab. */
  readonly last: number;
  /** An error or trigger has made this session worth sending. */
  readonly kept?: boolean;
}

/** Where the session lives; `read` always asks the shared place again, for another tab may have written. */
export interface SessionStore {
  read(): StoredSession | undefined;
  write(session: StoredSession): void;
  /** Calls `listener` when another tab has written; returns how to stop. */
  onForeignWrite(listener: () => void): () => void;
}

const KEY = 'otel_replay.session';

/** localStorage, and memory alone while the browser refuses it (private mode, sandboxed frames, quota). */
export function browserSessionStore(): SessionStore {
  let memory: StoredSession | undefined;
  let refused = false;
  return {
    read: () => {
      if (refused) return memory;
      try {
        return parseSession(localStorage.getItem(KEY) ?? '');
      } catch {
        return memory;
      }
    },
    write: (session) => {
      memory = session;
      try {
        localStorage.setItem(KEY, JSON.stringify(session));
        refused = false;
      } catch {
        refused = true;
      }
    },
    onForeignWrite: (listener) => {
      const onStorage = (event: StorageEvent): void => {
        if (event.key === KEY || event.key === null) listener();
      };
      window.addEventListener('storage', onStorage);
      return () => window.removeEventListener('storage', onStorage);
    },
  };
}

/** Undefined for text that is not a session: the key belongs to the page's origin, anyone can write it. */
export function parseSession(text: string): StoredSession | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, previous, start, last, kept } = value as Record<string, unknown>;
  if (!isSessionId(id) || typeof start !== 'number' || typeof last !== 'number') return undefined;
  return { id, start, last, ...(isSessionId(previous) ? { previous } : {}), ...(kept === true ? { kept } : {}) };
}

function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && /^\w[\w.-]{0,127}$/.test(value);
}
