/** What the session page knows: fetched once, and while the session is under way kept up to date. */

import { api, ApiError } from '../lib/api';
import { messageOf } from '../lib/chrome';
import { Emitter } from '../lib/emitter';
import type { Manifest, SessionDetail, SessionEvent, TraceSummary } from '../lib/types';
import { mergeEvents } from './merge';

const POLL_MS = 1000;
/** Events may arrive late and out of order: look this far back for more. */
const LOOK_BACK_MS = 30_000;
const OFFLINE_DELAY_MS = 6000;
/** More than this does not help a viewer, and would not fit into the page for long. */
const MOST_EVENTS = 200_000;

interface StoreMessages {
  session: SessionDetail;
  manifest: Manifest;
  events: SessionEvent[];
  traces: TraceSummary[];
  /** Something besides the replay could not be loaded; the text says what and why. */
  problem: string;
}

export class SessionStore extends Emitter<StoreMessages> {
  events: SessionEvent[] = [];
  traces: TraceSummary[] = [];
  private stopped = false;

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
    await Promise.all([this.loadEvents().catch(tell('events')), this.loadTraces().catch(tell('traces'))]);
    if (this.manifest.state === 'live') void this.follow();
  }

  stop(): void {
    this.stopped = true;
  }

  /** Page by page: an answer that is cut off is continued from its last event. */
  private async loadEvents(from?: number): Promise<void> {
    const page = await api.events(this.session.id, { from });
    const merged = mergeEvents(this.events, page.events);
    if (merged === this.events) return;
    this.events = merged;
    this.emit('events', merged);
    if (page.truncated && merged.length < MOST_EVENTS) await this.loadEvents(page.events.at(-1)?.t_ms);
  }

  private async loadTraces(): Promise<void> {
    this.traces = (await api.traces(this.session.id)).traces;
    this.emit('traces', this.traces);
  }

  private async follow(): Promise<void> {
    while (!this.stopped && this.manifest.state === 'live') {
      await pause(document.hidden ? OFFLINE_DELAY_MS : POLL_MS);
      try {
        await this.refresh();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        await pause(OFFLINE_DELAY_MS); // the server is away: what is there stays on the page
      }
    }
  }

  private async refresh(): Promise<void> {
    const manifest = await api.newerManifest(this.session.id, this.manifest.version);
    if (manifest === null || (manifest.version === this.manifest.version && manifest.state === this.manifest.state)) return;
    const newest = this.events.at(-1)?.t_ms ?? this.session.start_ms;
    // Where the clocks are known better now, what is here already has other times.
    const from = sameClocks(this.manifest, manifest) ? newest - LOOK_BACK_MS : undefined;
    this.manifest = manifest;
    this.emit('manifest', manifest);
    await Promise.all([this.loadEvents(from), this.loadTraces()]);
    this.session = await api.session(this.session.id);
    this.emit('session', this.session);
  }
}

function sameClocks(before: Manifest, now: Manifest): boolean {
  const errors = new Map(now.tabs.map((tab) => [tab.id, tab.clock_error_ms]));
  return now.start_ms === before.start_ms && now.clock_error_ms === before.clock_error_ms && before.tabs.every((tab) => errors.get(tab.id) === tab.clock_error_ms);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
