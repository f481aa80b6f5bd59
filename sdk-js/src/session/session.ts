import { randomHex } from '../ids';
import type { SessionStore, StoredSession } from './store';

export const IDLE_MS = 15 * 60_000;
export const MAX_AGE_MS = 4 * 60 * 60_000;
/** Shared storage is written at most this often; the difference to the idle limit does not matter. */
const WRITE_EVERY_MS = 1000;
/** The end of an older session is no news to the receiver, which ends silent sessions by itself. */
const REPORT_END_MS = 24 * 60 * 60_000;
/** A start further ahead than this was written before the clock was set back. */
const CLOCK_TOLERANCE_MS = 60_000;

/** How the session of this tab changed. */
export type SessionChange =
  /** A session runs now. `created`: by this tab. `ended`: an earlier one whose end this tab has to report. */
  | { readonly kind: 'started'; readonly session: StoredSession; readonly created: boolean; readonly ended?: EndedSession }
  /** Nobody did anything for too long: nothing is recorded until the next input. */
  | { readonly kind: 'expired'; readonly session: StoredSession };

export interface EndedSession {
  readonly id: string;
  readonly atMs: number;
}

/**
 * The session this tab belongs to: shared by the tabs of the origin, ended by 15 idle minutes or 4 hours.
 *
 * Only `activity()` keeps a session alive or makes a new one. `onChange` is called synchronously,
 * and never twice in a row for the same session and kind.
 */
export class SessionManager {
  private known: StoredSession | undefined;
  private running = false;
  private writtenAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly store: SessionStore,
    private readonly onChange: (change: SessionChange) => void,
    /** The id that the page has given its session itself. */
    private readonly providedId: () => string | undefined = () => undefined,
  ) {
    this.unsubscribe = store.onForeignWrite(() => this.adoptForeign());
  }

  /** The running session, or undefined when it has expired; costs two comparisons while it runs. */
  current(): StoredSession | undefined {
    if (this.running && this.known && Date.now() < expiry(this.known)) return this.known;
    if (this.running) this.expire();
    return this.running ? this.known : undefined;
  }

  /** Joins the session that another tab or page load left running, without counting as activity. */
  join(): void {
    const stored = this.store.read();
    if (stored && isLive(stored)) this.follow(stored);
    else this.known ??= stored;
  }

  /** The user did something: keeps the session alive, or begins a new one when it has expired. */
  activity(): void {
    const now = Date.now();
    if (!this.current()) this.join();
    const provided = this.providedId();
    if (!this.running || !this.known || (provided !== undefined && provided !== this.known.id)) return this.create(now);
    this.known = { ...this.known, last: now };
    if (now - this.writtenAt >= WRITE_EVERY_MS) this.share(this.known);
  }

  /** Marks the session as worth sending, for all tabs. */
  keep(): void {
    if (!this.known) return;
    this.known = { ...this.known, kept: true };
    this.share(this.known);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.unsubscribe();
    this.running = false;
  }

  private create(now: number): void {
    const before = this.store.read() ?? this.known;
    const session: StoredSession = {
      id: this.providedId() ?? randomHex(16),
      start: now,
      last: now,
      ...(before ? { previous: before.id } : {}),
    };
    this.write(session);
    const ended = before && now - before.last < REPORT_END_MS;
    this.begin(session, true, ended ? { id: before.id, atMs: Math.min(now, expiry(before)) } : undefined);
  }

  /**
   * Another tab wrote: take over its later activity, or the session it won a race with. A tab that is
   * paused stays so when others begin a new session: nobody has come back to this one yet.
   */
  private adoptForeign(): void {
    const stored = this.store.read();
    if (!stored || !isLive(stored)) return;
    if (this.running || stored.id === this.known?.id) this.follow(stored);
  }

  private follow(stored: StoredSession): void {
    const mine = this.known;
    if (this.running && mine?.id === stored.id) {
      const kept = stored.kept ?? mine.kept;
      this.known = { ...stored, last: Math.max(stored.last, mine.last), ...(kept ? { kept } : {}) };
      return;
    }
    // Two tabs that began a session in the same instant: the one that lost ends its own.
    const orphaned = this.running && mine && stored.previous !== mine.id;
    this.begin(stored, false, orphaned ? { id: mine.id, atMs: Date.now() } : undefined);
  }

  private begin(session: StoredSession, created: boolean, ended?: EndedSession): void {
    this.known = session;
    this.running = true;
    this.watch(session);
    this.onChange({ kind: 'started', session, created, ...(ended ? { ended } : {}) });
  }

  /** Ends the session in this tab unless another tab has kept it alive. */
  private expire(): void {
    const stored = this.store.read();
    const now = Date.now();
    if (stored?.id === this.known?.id && stored && isLive(stored)) this.follow(stored);
    if (!this.known || now < expiry(this.known)) return;
    this.running = false;
    this.onChange({ kind: 'expired', session: this.known });
  }

  private watch(session: StoredSession): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const current = this.current();
      if (current) this.watch(current);
    }, Math.max(0, expiry(session) - Date.now()) + 1);
  }

  /** Writes this tab's activity, unless another tab has begun a session meanwhile. */
  private share(session: StoredSession): void {
    const stored = this.store.read();
    if (stored && stored.id !== session.id && isLive(stored)) this.follow(stored);
    else this.write(session);
  }

  private write(session: StoredSession): void {
    this.writtenAt = Date.now();
    this.store.write(session);
  }
}

function expiry(session: StoredSession): number {
  return Math.min(session.last + IDLE_MS, session.start + MAX_AGE_MS);
}

function isLive(session: StoredSession): boolean {
  const now = Date.now();
  return now < expiry(session) && session.start < now + CLOCK_TOLERANCE_MS;
}
