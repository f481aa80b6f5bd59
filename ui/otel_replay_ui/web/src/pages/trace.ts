/** `/traces/ID`: the waterfall, the logs, and what the user saw at that moment. */

import { api, ApiError } from '../lib/api';
import { clockError } from '../lib/clockerror';
import { appRoot, copyText, messageOf, notice, toast, topBar } from '../lib/chrome';
import { h, fill } from '../lib/dom';
import { ago, clockTime, exactTime, isoTime } from '../lib/format';
import { icon } from '../lib/icons';
import { avatar, displayName } from '../lib/person';
import type { SessionEvent, Trace, TraceSession } from '../lib/types';
import { readParams, replaceParams } from '../lib/url';
import { pageUrl } from '../lib/project';
import { exposeHandle } from '../player/handle';
import { listenForKeys } from '../player/keys';
import { PlayerView } from '../player/view';
import { TracePane, traceSummary, traceTitle } from '../waterfall/pane';

function header(trace: Trace): HTMLElement {
  const started = h('time', { datetime: isoTime(trace.start_ms), title: exactTime(trace.start_ms) }, ago(trace.start_ms));
  const copyId = h('button', { class: 'link-button mono', type: 'button', title: 'Copy the trace id', on: { click: () => void copyText(trace.trace_id, 'Trace id copied') } }, trace.trace_id);
  return h(
    'div',
    { class: 'trace-head' },
    h('h1', { title: traceTitle(trace) }, traceTitle(trace)),
    trace.error_count > 0 && h('span', { class: 'badge danger' }, icon('alert', 12), 'failed'),
    h('p', {}, traceSummary(trace), ' · ', started, ' · ', copyId, clockOf(trace)),
  );
}

function clockOf(trace: Trace): HTMLElement | null {
  const error = trace.sessions.find((session) => session.clock_error_ms !== 0)?.clock_error_ms;
  if (error === undefined) return null;
  const why = "The browser's spans and logs are shown by the server's clock, so that they stand beside the services'.";
  return h('span', { title: why, data: { testid: 'clock-note' } }, ` · browser's clock ${clockError(error)}, corrected`);
}

/** The replay at the trace's moment, or a sentence why there is none. */
class Replay {
  readonly element = h('section', { class: 'trace-replay', 'aria-label': 'What the user saw', data: { testid: 'trace-replay' } });
  private player: PlayerView | null = null;

  constructor(
    private readonly trace: Trace,
    private readonly onTime: (timeMs: number) => void,
  ) {}

  async show(): Promise<void> {
    const session = this.trace.sessions.find((candidate) => candidate.has_replay) ?? this.trace.sessions[0];
    if (!session) {
      fill(this.element, notice('No session belongs to this trace', 'Nobody was watching: no span of it carries a session id, and no recorded session made the request. Jobs, probes and service-to-service calls look like this.'));
      return;
    }
    fill(this.element, this.head(session), h('p', { class: 'panel-empty' }, 'Loading the replay …'));
    try {
      await this.mount(session);
    } catch (error) {
      fill(this.element, this.head(session), notice('The replay cannot be shown', messageOf(error)));
    }
  }

  private async mount(session: TraceSession): Promise<void> {
    const manifest = await api.manifest(session.id);
    const player = (this.player = new PlayerView(manifest));
    fill(this.element, this.head(session), player.element);
    player.engine.on('time', (t) => this.onTime(session.start_ms + t));
    player.engine.on('time', (t) => this.linkTo(session, t));
    exposeHandle(player);
    listenForKeys(player);
    if (session.tab && manifest.tabs.some((tab) => tab.id === session.tab)) player.engine.pinned = session.tab;
    const shown = player.engine.seek(session.offset_ms);
    player.setEvents(await eventsOf(session.id));
    await shown;
    // From here on the player may follow the user; it only was held to the tab that made the request.
    if (player.engine.followedTab(session.offset_ms) === session.tab) player.engine.pinned = null;
    await player.settle();
  }

  seek(timeMs: number): void {
    const session = this.trace.sessions[0];
    if (session && this.player) void this.player.engine.seek(timeMs - session.start_ms);
  }

  private head(session: TraceSession): HTMLElement {
    return h(
      'header',
      { class: 'replay-head' },
      avatar(session.user, session.id),
      h('div', {}, h('h2', {}, 'What the user saw'), h('p', {}, `${displayName(session.user)}, ${clockTime(session.offset_ms, true)} into the session`)),
      h('span', { class: 'spacer' }),
      h('a', { class: 'button primary', href: sessionHref(session, session.offset_ms), data: { testid: 'open-replay' } }, 'Open the replay', icon('chevronRight', 14)),
    );
  }

  private linkTo(session: TraceSession, t: number): void {
    this.element.querySelector('[data-testid=open-replay]')?.setAttribute('href', sessionHref(session, t));
  }
}

/** Without events the replay still plays; it then only does not know about clicks in other tabs. */
async function eventsOf(sessionId: string): Promise<SessionEvent[]> {
  try {
    return (await api.events(sessionId)).events;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(`The session's events cannot be had. ${error.message}`);
    return [];
  }
}

function sessionHref(session: TraceSession, t: number): string {
  return pageUrl(`/sessions/${encodeURIComponent(session.id)}?t=${Math.max(0, Math.round(t))}`);
}

function mount(root: HTMLElement, trace: Trace): void {
  const pane = new TracePane({
    seek: (timeMs) => replay.seek(timeMs),
    selected: (span) => replaceParams({ span: span || null }),
  });
  const replay = new Replay(trace, (timeMs) => pane.setTime(timeMs));
  const wanted = readParams().get('span') ?? '';
  fill(root, topBar(header(trace)), h('main', { id: 'main', class: 'trace-page' }, h('section', { class: 'trace-main-pane', 'aria-label': 'Trace' }, trace.truncated && h('p', { class: 'strip' }, 'This trace is bigger than what is shown here.'), pane.element), replay.element));
  document.title = `${traceTitle(trace)} · otel-replay`;
  pane.show(trace, wanted);
  void replay.show();
}

async function main(): Promise<void> {
  const root = appRoot();
  fill(root, topBar(), h('main', { id: 'main', class: 'loading-page' }, h('i', { class: 'spinner' }), h('p', {}, 'Loading the trace …')));
  try {
    mount(root, await api.trace(root.dataset['id'] ?? ''));
  } catch (error) {
    fill(root, topBar(), h('main', { id: 'main', class: 'message-page' }, notice('This trace cannot be shown', messageOf(error), h('a', { class: 'button', href: pageUrl('/sessions') }, 'All sessions'))));
  }
}

void main();
