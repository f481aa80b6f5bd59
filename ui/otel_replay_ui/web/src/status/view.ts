/** The page's sections, drawn anew with each answer. */

import { appRoot } from '../lib/chrome';
import { fill, h, type Child } from '../lib/dom';
import { ago, bytes, exactTime, isoTime, plural } from '../lib/format';
import { icon } from '../lib/icons';
import type { KeyStatus, Status } from '../lib/types';
import { howToSend } from './empty';
import { partList } from './parts';
import { receiverMeters } from './receiver';
import { refusalList } from './refusals';
import { retentionNote } from './retention';
import { signalCards } from './signals';
import { s3Note } from './s3';
import { table } from './table';

export class StatusView {
  readonly element = h('div', { class: 'status-sections' });
  readonly health = h('p', { class: 'health', role: 'status', data: { testid: 'health' } });
  private readonly howTo = howToSend(location.origin, appRoot().dataset['receiver']);

  private problemsShown: number | null = null;

  show(status: Status): void {
    this.showHealth(status.problems.length);
    if (this.isSelected()) return;
    const { scrollLeft, scrollTop } = document.scrollingElement ?? { scrollLeft: 0, scrollTop: 0 };
    const focused = document.activeElement?.getAttribute('aria-label');
    fill(this.element, ...this.sections(status));
    document.scrollingElement?.scrollTo(scrollLeft, scrollTop);
    // A region that someone scrolls by keyboard keeps the focus although it is a new one.
    if (focused && document.activeElement === document.body) this.element.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Written only when it changes: it is read aloud each time. */
  private showHealth(count: number): void {
    if (count === this.problemsShown) return;
    this.problemsShown = count;
    fill(this.health, ...healthLine(count));
    this.health.className = count > 0 ? 'health bad' : 'health';
  }

  /** Somebody is about to copy something from the page. */
  private isSelected(): boolean {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && selection.containsNode(this.element, true);
  }

  private sections(status: Status): Child[] {
    const { signals, refusals, keys, now_ms } = status;
    const nothingYet = signals !== null && signals.every((signal) => signal.last_ms === null);
    return [
      partList(status),
      status.problems.length > 0 && problems(status.problems),
      nothingYet ? this.howTo : signals && section('What comes in', signalCards(signals, now_ms)),
      refusals && (!nothingYet || refusals.length > 0) && section('Refused in the last 24 hours', refusalList(refusals, now_ms)),
      h('div', { class: 'status-columns' }, section('What waits', receiverMeters(status)), storage(status)),
      keys && keys.length > 0 && section('Keys since midnight UTC', keyTable(keys, now_ms)),
    ];
  }
}

function healthLine(count: number): Child[] {
  return count === 0 ? [icon('check', 14), 'All parts are well'] : [icon('alert', 14), plural(count, 'problem')];
}

function problems(texts: string[]): HTMLElement {
  return h('ul', { class: 'problems' }, ...texts.map((text) => h('li', {}, text)));
}

function section(title: string, ...content: Child[]): HTMLElement {
  return h('section', { class: 'status-section' }, h('h2', {}, title), ...content);
}

function storage({ tables, recordings, retention, blobs }: Status): Child {
  if (!tables) return false;
  const columns = [{ title: 'Table' }, { title: 'Rows', number: true }, { title: 'On disk', number: true }];
  const rows: Child[][] = tables.map(({ name, rows, bytes: size }) => [h('code', {}, name), rows.toLocaleString('en'), bytes(size)]);
  if (recordings && recordings.chunks > 0) rows.unshift(['Recordings, in the blob store', plural(recordings.chunks, 'chunk'), bytes(recordings.bytes)]);
  const content = rows.length > 0 ? table('What is stored', columns, rows) : h('p', { class: 'status-note' }, 'Nothing yet.');
  const kept = retention && h('p', { class: 'status-note', data: { testid: 'retention' } }, retentionNote(retention));
  return section('What is stored', content, kept, blobs && h('p', { class: 'status-note', data: { testid: 's3-cost' } }, s3Note(blobs)));
}

function keyTable(keys: KeyStatus[], nowMs: number): HTMLElement {
  const columns = [{ title: 'Key' }, { title: 'Last data' }, { title: 'Requests', number: true }, { title: 'Bytes', number: true }, { title: 'Refused', number: true }];
  const rows = keys.map((key) => [
    key.key,
    h('time', { datetime: isoTime(key.last_ms), title: exactTime(key.last_ms) }, ago(key.last_ms, nowMs)),
    key.requests.toLocaleString('en'),
    bytes(key.bytes),
    key.refused > 0 ? h('span', { class: 'refused-count' }, key.refused.toLocaleString('en')) : '0',
  ]);
  return table('Keys since midnight UTC', columns, rows);
}
