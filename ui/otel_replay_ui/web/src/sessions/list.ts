/** The list: pages by cursor, and the newest kept up to date while the page is in sight. */

import { api, ApiError } from '../lib/api';
import { appRoot, messageOf, notice } from '../lib/chrome';
import { h, fill } from '../lib/dom';
import type { Session } from '../lib/types';
import { howToStart, nothingFound } from './empty';
import { isFiltered, toQuery, type ListState } from './filters';
import { rowKey, sessionRow } from './row';

const PAGE = 50;
const REFRESH_MS = 3000;

export class SessionList {
  readonly element: HTMLElement;
  private readonly rows = h('div', { class: 'session-rows' });
  private readonly message = h('div', { class: 'list-message', 'aria-live': 'polite' });
  private readonly more = h('button', { class: 'button more', type: 'button', hidden: true, on: { click: () => void this.loadMore() } }, 'Show more');
  private readonly shown = new Map<string, { key: string; row: HTMLElement }>();
  private cursor: string | null = null;
  private job = new AbortController();
  private loadingMore = false;

  constructor(private state: ListState) {
    this.element = h('div', { class: 'session-list' }, columnHeads(), this.rows, this.message, this.more);
    new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) void this.loadMore();
    }, { rootMargin: '400px' }).observe(this.more);
    setInterval(() => void this.refresh(), REFRESH_MS);
    document.addEventListener('visibilitychange', () => void this.refresh());
  }

  /** Start over with another search. */
  async show(state: ListState): Promise<void> {
    this.state = state;
    this.job.abort();
    const job = (this.job = new AbortController());
    this.element.classList.add('busy');
    try {
      const page = await api.sessions({ ...toQuery(state), limit: PAGE }, job.signal);
      this.reset();
      this.cursor = page.next_cursor;
      this.add(page.sessions);
      this.explain();
    } catch (error) {
      if (!job.signal.aborted) this.fail(error);
    } finally {
      if (this.job === job) this.element.classList.remove('busy');
    }
  }

  private async loadMore(): Promise<void> {
    if (this.cursor === null || this.loadingMore) return;
    this.loadingMore = true;
    const { signal } = this.job;
    try {
      const page = await api.sessions({ ...toQuery(this.state), limit: PAGE, cursor: this.cursor }, signal);
      this.cursor = page.next_cursor;
      this.add(page.sessions);
      this.explain();
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Fetch the top again: new sessions come in above, live ones change. */
  private async refresh(): Promise<void> {
    if (document.hidden || this.element.classList.contains('busy')) return;
    const { signal } = this.job;
    try {
      const page = await api.sessions({ ...toQuery(this.state), limit: PAGE }, signal);
      this.update(page.sessions);
      if (this.shown.size > 0) this.explain();
    } catch (error) {
      if (!(error instanceof ApiError) && !signal.aborted) throw error;
      // The server is away for a moment: what is listed stays, and the next refresh asks again.
    }
  }

  private reset(): void {
    this.shown.clear();
    fill(this.rows);
  }

  private add(sessions: Session[]): void {
    for (const session of sessions) {
      if (this.shown.has(session.id)) continue;
      const row = sessionRow(session);
      this.shown.set(session.id, { key: rowKey(session), row });
      this.rows.append(row);
    }
  }

  private update(sessions: Session[]): void {
    let before: Element | null = null;
    for (const session of sessions) {
      const known = this.shown.get(session.id);
      const row: HTMLElement = known && known.key === rowKey(session) ? known.row : sessionRow(session);
      if (known && known.row !== row) known.row.replaceWith(row);
      else if (!known) this.insertAfter(before, row);
      this.shown.set(session.id, { key: rowKey(session), row });
      before = row;
    }
  }

  private insertAfter(before: Element | null, row: HTMLElement): void {
    if (before) before.after(row);
    else this.rows.prepend(row);
    row.classList.add('fresh');
  }

  private explain(): void {
    this.more.hidden = this.cursor === null;
    this.element.classList.toggle('is-empty', this.shown.size === 0);
    if (this.shown.size > 0) fill(this.message);
    else fill(this.message, isFiltered(this.state) ? nothingFound() : howToStart(location.origin, appRoot().dataset['receiver']));
  }

  private fail(error: unknown): void {
    const retry = h('button', { class: 'button', type: 'button', on: { click: () => void this.show(this.state) } }, 'Try again');
    fill(this.message, notice('The sessions cannot be listed', messageOf(error), retry));
  }
}

function columnHeads(): HTMLElement {
  const names = ['User', 'Entry page', 'Activity', 'Length', 'Pages', 'Errors', 'Browser', 'Started'];
  return h('div', { class: 'column-heads', 'aria-hidden': 'true' }, ...names.map((name) => h('span', {}, name)));
}
