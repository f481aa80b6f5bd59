/** One session in the list. */

import { h } from '../lib/dom';
import { ago, duration, exactTime, isoTime, plural, urlHost, urlPath } from '../lib/format';
import { icon } from '../lib/icons';
import { avatar, displayName, isKnown, secondLine } from '../lib/person';
import type { Session } from '../lib/types';
import { pageUrl } from '../lib/project';
import { liveBadge } from '../session/header';
import { sparkline } from './sparkline';

export function sessionRow(session: Session): HTMLElement {
  const row = h(
    'a',
    {
      class: 'session-row',
      href: pageUrl(`/sessions/${encodeURIComponent(session.id)}`),
      data: { testid: 'session-row', 'session-id': session.id, state: session.state },
    },
    who(session),
    entry(session),
    h('span', { class: 'cell cell-activity' }, sparkline(session.activity)),
    h('span', { class: 'cell cell-number cell-duration' }, duration(session.duration_ms)),
    h('span', { class: 'cell cell-number cell-pages', title: inputs(session) }, session.counts.pages),
    errors(session),
    h('span', { class: 'cell cell-device' }, h('span', {}, session.browser || 'unknown'), h('small', {}, session.os)),
    h('time', { class: 'cell cell-start', datetime: isoTime(session.start_ms), title: exactTime(session.start_ms) }, ago(session.start_ms)),
  );
  return row;
}

function who(session: Session): HTMLElement {
  return h(
    'span',
    { class: 'cell cell-who' },
    avatar(session.user, session.id),
    h(
      'span',
      { class: 'who-text' },
      h('span', { class: isKnown(session.user) ? 'who-name' : 'who-name unknown' }, h('span', {}, displayName(session.user)), session.state === 'live' && liveBadge()),
      h('small', {}, secondLine(session.user, session.id)),
    ),
  );
}

function entry(session: Session): HTMLElement {
  return h(
    'span',
    { class: 'cell cell-entry' },
    h('span', { class: 'entry-path', title: session.first_url }, urlPath(session.first_url) || 'no page'),
    h('small', {}, [session.service, urlHost(session.first_url)].filter(Boolean).join(' · '), !session.has_replay && ' · no picture'),
  );
}

function inputs({ counts }: Session): string {
  const rage = counts.rage_clicks > 0 && plural(counts.rage_clicks, 'rage click');
  const dead = counts.dead_clicks > 0 && plural(counts.dead_clicks, 'dead click');
  return [plural(counts.clicks, 'click'), plural(counts.key_presses, 'key press', 'key presses'), rage, dead].filter(Boolean).join(', ');
}

function errors(session: Session): HTMLElement {
  const { counts } = session;
  const total = counts.errors + counts.backend_errors;
  if (total === 0) return h('span', { class: 'cell cell-errors none', 'aria-label': 'no errors' }, '–');
  const label = `${plural(counts.errors, 'error')} in the browser, ${plural(counts.backend_errors, 'error')} in services`;
  return h('span', { class: 'cell cell-errors' }, h('span', { class: 'error-count', title: label, 'aria-label': label, data: { count: total } }, icon('alert', 13), total));
}

/** Changes whenever what the row shows does. */
export function rowKey(session: Session): string {
  return JSON.stringify([session.state, session.end_ms, session.counts, session.user, session.activity]);
}
