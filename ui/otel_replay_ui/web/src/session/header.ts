/** The bar over a session: who, when, with what, and how it went. */

import { h, fill } from '../lib/dom';
import { ago, duration, exactTime, isoTime, plural } from '../lib/format';
import { avatar, displayName, secondLine } from '../lib/person';
import type { Session } from '../lib/types';

export class SessionHeader {
  readonly element = h('div', { class: 'session-head' });

  show(session: Session): void {
    fill(
      this.element,
      avatar(session.user, session.id),
      h(
        'div',
        { class: 'session-who' },
        h('h1', {}, displayName(session.user)),
        h('p', {}, secondLine(session.user, session.id)),
      ),
      session.state === 'live' && liveBadge(),
      h('dl', { class: 'session-facts' }, ...facts(session)),
    );
  }
}

function facts(session: Session): HTMLElement[] {
  const { counts } = session;
  const errors = counts.errors + counts.backend_errors;
  const started = h('time', { datetime: isoTime(session.start_ms), title: exactTime(session.start_ms) }, ago(session.start_ms));
  return [
    fact('Started', started),
    fact('Length', duration(session.duration_ms)),
    fact('Pages', String(counts.pages)),
    fact('Errors', h('span', errors > 0 ? { class: 'bad', title: `${plural(counts.errors, 'error')} in the browser, ${counts.backend_errors} in services` } : {}, errors)),
    fact('Browser', [session.browser, session.os].filter(Boolean).join(', ') || 'unknown'),
  ];
}

function fact(name: string, value: string | HTMLElement): HTMLElement {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

export function liveBadge(): HTMLElement {
  return h('span', { class: 'live-badge', data: { testid: 'live-badge' } }, h('i', { class: 'pulse' }), 'Live');
}
