/** Who, with what, from where: the session's own facts, and where to go on from it. */

import { api, ApiError } from '../lib/api';
import { clockError } from '../lib/clockerror';
import { h, fill, safeHref, type Child } from '../lib/dom';
import { ago, bytes, clockTime, duration, exactTime, plural, shortId, urlPath } from '../lib/format';
import { displayName } from '../lib/person';
import { pageUrl } from '../lib/project';
import type { Attributes, Manifest, Release, Session, SessionDetail, SessionEvent } from '../lib/types';
import { attributeSection, factSection, type Fact } from './facts';
import { NOTE_EVENT } from './kinds';
import type { PanelActions } from './panel';

const OTHERS = 10;

/** What of the store the panel shows. */
export interface InfoSource {
  session: SessionDetail;
  manifest: Manifest;
  events: readonly SessionEvent[];
  releases: readonly Release[];
}

export class InfoPanel {
  readonly element = h('div', { class: 'panel panel-info', tabindex: '0', data: { testid: 'panel-info' } });
  private others: HTMLElement | null = null;
  private askedFor = '';

  constructor(
    private readonly source: InfoSource,
    private readonly actions: Pick<PanelActions, 'seek'>,
  ) {}

  refresh(): void {
    const { session, manifest, events, releases } = this.source;
    fill(
      this.element,
      userSection(session, events),
      this.others,
      notesSection(events, (t) => this.actions.seek(t)),
      sessionSection(session, manifest),
      pagesSection(session, (t) => this.actions.seek(t)),
      factSection('Device', [['Browser', session.browser], ['System', session.os], ['Device', session.device]], 'h2'),
      factSection('Application', [['Service', session.service], ['Environment', session.environment], ['Release', session.release]], 'h2'),
      releasesSection(releases),
      attributeSection('Attributes', session.attributes),
    );
  }

  /** Now it is looked at: find the person's other sessions. */
  async opened(): Promise<void> {
    const { user, id } = this.source.session;
    // A quotation mark cannot be searched for.
    if (user.id === '' || user.id === this.askedFor || user.id.includes('"')) return;
    this.askedFor = user.id;
    this.others = othersSection(await othersOf(user.id, id));
    this.refresh();
  }
}

/** Sessions, or a sentence why they cannot be had. */
async function othersOf(userId: string, sessionId: string): Promise<Session[] | string> {
  try {
    const page = await api.sessions({ q: `user_id:"${userId}"`, limit: OTHERS + 1 });
    return page.sessions.filter((session) => session.id !== sessionId);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `They cannot be shown. ${error.message}`;
  }
}

function othersSection(found: Session[] | string): HTMLElement {
  const list = typeof found === 'string' ? h('p', { class: 'detail-hint' }, found) : found.length === 0 ? h('p', { class: 'detail-hint' }, 'This is the only one.') : h('ul', { class: 'others' }, ...found.slice(0, OTHERS).map(otherSession));
  return h('section', { class: 'facts', data: { testid: 'other-sessions' } }, h('h2', {}, 'Other sessions of this user'), list);
}

function otherSession(session: Session): HTMLElement {
  const { counts } = session;
  const errors = counts.errors + counts.backend_errors;
  const facts = [duration(session.duration_ms), plural(counts.pages, 'page'), errors > 0 ? plural(errors, 'error') : ''].filter(Boolean).join(' · ');
  return h('li', {}, h('a', { href: pageUrl(`/sessions/${encodeURIComponent(session.id)}`) }, ago(session.start_ms)), h('span', { class: errors > 0 ? 'bad' : '' }, facts));
}

function userSection(session: SessionDetail, events: readonly SessionEvent[]): HTMLElement {
  const { user } = session;
  const more = Object.entries(userAttributes(events)).map(([name, value]): Fact => [name, value]);
  return factSection('User', [['Name', displayName(user)], ['Id', user.id], ['E-mail', user.email], ...more], 'h2');
}

const KNOWN = new Set(['id', 'name', 'full_name', 'email']);

/** What else `identify` told of the person, as the last event has it. */
export function userAttributes(events: readonly SessionEvent[]): Attributes {
  const last = events.findLast((event) => event.source === 'browser' && Boolean(event.attributes['user.id'] || event.attributes['user.name']));
  const own = Object.entries(last?.attributes ?? {}).filter(([name]) => name.startsWith('user.') && !KNOWN.has(name.slice(5)));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(5), value]));
}

function notesSection(events: readonly SessionEvent[], seek: (t: number) => void): HTMLElement | null {
  const notes = events.filter((event) => event.name === NOTE_EVENT);
  if (notes.length === 0) return null;
  const lines = notes.map((note) =>
    h('li', {}, h('button', { class: 'link-button row-time', type: 'button', title: 'Go to this moment', on: { click: () => seek(note.offset_ms) } }, clockTime(note.offset_ms, true)), h('span', {}, note.title)),
  );
  return h('section', { class: 'facts', data: { testid: 'notes' } }, h('h2', {}, 'Notes'), h('ul', { class: 'notes' }, ...lines));
}

function sessionSection(session: SessionDetail, manifest: Manifest): HTMLElement {
  const { counts } = session;
  return factSection(
    'Session',
    [
      ['Id', session.id],
      ['State', session.state],
      ['Began', exactTime(session.start_ms)],
      ...clockFacts(session, manifest),
      ['Length', `${duration(session.duration_ms)}, active ${duration(session.active_ms)}`],
      ...(session.pages.length > 0 ? [] : ([['First page', link(session.first_url)], ['Last page', link(session.last_url)]] satisfies Fact[])),
      ['Before it', session.previous_id ? h('a', { href: pageUrl(`/sessions/${encodeURIComponent(session.previous_id)}`) }, shortId(session.previous_id)) : ''],
      ['Recorded', `${plural(counts.events, 'event')} in ${plural(counts.chunks, 'part')} of ${plural(counts.tabs, 'tab')}, ${bytes(session.payload_bytes)}`],
    ],
    'h2',
  );
}

/** Each page with when it was first open and for how long in all, and on which the session began and ended. */
function pagesSection({ pages, entry_page, exit_page }: SessionDetail, seek: (t: number) => void): HTMLElement | null {
  if (pages.length === 0) return null;
  const lines = pages.map((page) =>
    h(
      'li',
      {},
      h('button', { class: 'link-button row-time', type: 'button', title: 'Go to this moment', on: { click: () => seek(page.offset_ms) } }, clockTime(page.offset_ms, true)),
      h('span', { class: 'page-url', title: page.url }, urlPath(page.url) || page.url, page.url === entry_page && h('span', { class: 'badge' }, 'entry'), page.url === exit_page && h('span', { class: 'badge' }, 'exit')),
      h('span', { class: 'page-time' }, [duration(page.time_ms), page.visits > 1 ? `${page.visits} visits` : ''].filter(Boolean).join(' · ')),
    ),
  );
  return h('section', { class: 'facts', data: { testid: 'pages' } }, h('h2', {}, 'Pages'), h('ul', { class: 'notes pages' }, ...lines));
}

/** The correction, and where tabs were recorded by different clocks, that of each. */
function clockFacts(session: SessionDetail, { tabs }: Manifest): Fact[] {
  const errors = new Set(tabs.map((tab) => tab.clock_error_ms));
  if (errors.size > 1) return tabs.map((tab): Fact => [`Clock of ${shortId(tab.id)}`, tab.clock_error_ms === 0 ? 'right' : clockText(tab.clock_error_ms)]);
  return [['Clock', session.clock_error_ms === 0 ? '' : clockText(session.clock_error_ms)]];
}

function clockText(errorMs: number): string {
  return `${clockError(errorMs)} of the server's; all times here are corrected`;
}

/** The versions that took part; several of one service where a release fell into the session. */
function releasesSection(releases: readonly Release[]): HTMLElement | null {
  if (releases.length === 0) return null;
  const versions = new Map<string, string[]>();
  for (const { service, version } of releases) versions.set(service, [...(versions.get(service) ?? []), version]);
  return factSection('Releases of the services in its traces', [...versions].map(([service, all]): Fact => [service || 'unknown', all.join(', ')]), 'h2');
}

function link(address: string): Child {
  const href = safeHref(address);
  return href ? h('a', { href, rel: 'noreferrer noopener', target: '_blank' }, address) : address;
}
