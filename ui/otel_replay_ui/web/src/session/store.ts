/** What the session page knows: fetched once, and while the session is under way kept up to date. */

import { api, ApiError } from '../lib/api';
import { messageOf } from '../lib/chrome';
import { Emitter } from '../lib/emitter';
import type { Manifest, Release, SessionDetail, SessionEvent, TraceSummary } from '../lib/types';
import { Due, Looks } from './looks';
import { mergeEvents, mergeTail } from './merge';

/** Events may arrive late and out of order: look this far back for more. */
const LOOK_BACK_MS = 30_000;
const OFFLINE_DELAY_MS = 6000;
/** The picture goes on by the manifest alone, and must have the server first: what stands beside it is asked for so much later. */
const REST_AFTER_MS = 300;
/** More than this does not help a viewer, and would not fit into the page for long. */
const MOST_EVENTS = 200_000;

interface StoreMessages {
  session: SessionDetail;
  manifest: Manifest;
  events: SessionEvent[];
  traces: TraceSummary[];
  /** Log records of the services; only once they are wanted. */
  logs: SessionEvent[];
  /** Something besides the replay could not be loaded; the text says what and why. */
  problem: string;
}

type Rows = 'events' | 'logs';
const NAMES: Record<Rows, string> = { events: 'events', logs: 'log records' };

export class SessionStore extends Emitter<StoreMessages> {
  events: SessionEvent[] = [];
  logs: SessionEvent[] = [];
  traces: TraceSummary[] = [];
  releases: Release[] = [];
  private stopped = false;
  private logsWanted = false;
  private clocksMoved = false;
  private rest: Promise<void> | null = null;
  private readonly looks = new Looks();
  private readonly eventsDue = new Due(2000);
  /** All traces are read anew each time, which for a long session takes the server longer than anything else. */
  private readonly tracesDue = new Due(5000);
  private readonly toldOfMore = new Set<string>();

  private constructor(
    public session: SessionDetail,
    public manifest: Manifest,
  ) {
    super();
  }

  /** Throws ApiError: without session and manifest there is nothing to show. */
  static async open(id: string): Promise<SessionStore> {
    const [session, manifest] = await Promise.all([api.session(id), api.manifest(id)]);
    return new SessionStore(session, manifest);
  }

  /** The rest (what of it fails is told as a problem, the replay plays without it), and then again and again while the session is live. */
  async load(): Promise<void> {
    const tell = (what: string) => (error: unknown) => this.emit('problem', `The ${what} cannot be shown. ${messageOf(error)}`);
    await Promise.all([this.loadRows('events').catch(tell('events')), this.loadTraces().catch(tell('traces'))]);
    if (this.manifest.state === 'live') void this.follow();
  }

  /** The log records of the services: many, and few viewers look at them. Throws ApiError; may be called again. */
  async loadLogs(): Promise<void> {
    if (this.logsWanted) return;
    this.logsWanted = true;
    try {
      await this.loadRows('logs');
    } catch (error) {
      this.logsWanted = false;
      throw error;
    }
  }

  stop(): void {
    this.stopped = true;
  }

  /**
   * Page by page: an answer that is cut off is continued from its last event. What is there is told at once, then each
   * time it has doubled, so that a long session is not laid out anew for every page.
   */
  private async loadRows(rows: Rows, from?: number): Promise<void> {
    const kind = rows === 'logs' ? 'log' : undefined;
    let told = this[rows];
    // Read anew, rows may have other times than before.
    const merge = from === undefined && told.length > 0 ? mergeEvents : mergeTail;
    for (let next = from; ; ) {
      const page = await api.events(this.session.id, { from: next, kind });
      this[rows] = merge(this[rows], page.events);
      const last = page.events.at(-1)?.t_ms;
      const stuck = last === undefined || last === next || this[rows].length >= MOST_EVENTS;
      const done = !page.truncated || stuck;
      if (this[rows] !== told && (done || this[rows].length >= 2 * told.length)) this.emit(rows, (told = this[rows]));
      if (page.truncated && stuck) this.tellOfMore(NAMES[rows], this[rows].length);
      if (done) return;
      next = last;
    }
  }

  private async loadTraces(): Promise<void> {
    const found = await api.traces(this.session.id);
    this.releases = found.releases;
    this.traces = found.traces;
    this.emit('traces', this.traces);
    if (found.truncated) this.tellOfMore('traces', this.traces.length);
  }

  /** Once, though a live session is asked for again and again. */
  private tellOfMore(what: string, shown: number): void {
    if (this.toldOfMore.has(what)) return;
    this.toldOfMore.add(what);
    this.emit('problem', `This session has more ${what} than the page can hold: the first ${shown.toLocaleString('en')} are shown.`);
  }

  private async follow(): Promise<void> {
    while (!this.stopped && (this.manifest.state === 'live' || this.anyDue)) {
      await pause(document.hidden ? OFFLINE_DELAY_MS : this.looks.pauseMs());
      try {
        if (this.manifest.state === 'live') await this.refresh();
        if (this.eventsDue.now || this.tracesDue.now) this.rest ??= this.refreshRest().finally(() => (this.rest = null));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        await pause(OFFLINE_DELAY_MS); // the server is away: what is there stays on the page
      }
    }
  }

  private get anyDue(): boolean {
    return this.eventsDue.any || this.tracesDue.any;
  }

  private async refresh(): Promise<void> {
    const manifest = await api.newerManifest(this.session.id, this.manifest.version);
    if (manifest === null || (manifest.version === this.manifest.version && manifest.state === this.manifest.state)) return;
    // Where the clocks are known better now, what is here already has other times.
    this.clocksMoved ||= !sameClocks(this.manifest, manifest);
    if (partsOf(manifest) !== partsOf(this.manifest)) this.looks.news();
    this.manifest = manifest;
    this.eventsDue.news();
    this.tracesDue.news();
    this.emit('manifest', manifest);
  }

  /** What is told beside the picture must not hold up the next look. */
  private async refreshRest(): Promise<void> {
    await pause(REST_AFTER_MS);
    try {
      if (this.eventsDue.now) await this.eventsDue.run(() => this.refreshEvents());
      if (this.tracesDue.now) await this.tracesDue.run(() => this.loadTraces());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // it stays due: a later look tries again
    }
  }

  private async refreshEvents(): Promise<void> {
    const all = this.clocksMoved;
    const since = (rows: SessionEvent[]): number | undefined => (all ? undefined : (rows.at(-1)?.t_ms ?? this.session.start_ms) - LOOK_BACK_MS);
    if (all) this.clocksMoved = false;
    try {
      await this.loadRows('events', since(this.events));
      if (this.logsWanted) await this.loadRows('logs', since(this.logs));
      this.session = await api.session(this.session.id);
      this.emit('session', this.session);
    } catch (error) {
      this.clocksMoved ||= all;
      throw error;
    }
  }
}

const partsOf = ({ tabs }: Manifest): number => tabs.reduce((sum, { chunks }) => sum + chunks.seq.length, 0);

function sameClocks(before: Manifest, now: Manifest): boolean {
  const errors = new Map(now.tabs.map((tab) => [tab.id, tab.clock_error_ms]));
  return now.start_ms === before.start_ms && now.clock_error_ms === before.clock_error_ms && before.tabs.every((tab) => errors.get(tab.id) === tab.clock_error_ms);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
