/** Who, with what, from where: the session's own facts. */

import { clockError } from '../lib/clockerror';
import { h, fill, safeHref, type Child } from '../lib/dom';
import { bytes, duration, exactTime, plural, shortId } from '../lib/format';
import { displayName } from '../lib/person';
import { pageUrl } from '../lib/project';
import type { SessionDetail } from '../lib/types';
import { attributeSection, factSection } from './facts';

export class InfoPanel {
  readonly element = h('div', { class: 'panel panel-info', data: { testid: 'panel-info' } });

  show(session: SessionDetail): void {
    fill(this.element, ...sections(session));
  }
}

function sections(session: SessionDetail): HTMLElement[] {
  const { user, counts } = session;
  return [
    factSection('User', [
      ['Name', displayName(user)],
      ['Id', user.id],
      ['E-mail', user.email],
    ]),
    factSection('Session', [
      ['Id', session.id],
      ['State', session.state],
      ['Began', exactTime(session.start_ms)],
      ['Clock', session.clock_error_ms === 0 ? '' : `${clockError(session.clock_error_ms)} of the server's; all times here are corrected`],
      ['Length', `${duration(session.duration_ms)}, active ${duration(session.active_ms)}`],
      ['First page', link(session.first_url)],
      ['Last page', link(session.last_url)],
      ['Before it', session.previous_id ? h('a', { href: pageUrl(`/sessions/${session.previous_id}`) }, shortId(session.previous_id)) : ''],
      ['Recorded', `${plural(counts.events, 'event')} in ${plural(counts.chunks, 'part')} of ${plural(counts.tabs, 'tab')}, ${bytes(session.payload_bytes)}`],
    ]),
    factSection('Device', [
      ['Browser', session.browser],
      ['System', session.os],
      ['Device', session.device],
    ]),
    factSection('Application', [
      ['Service', session.service],
      ['Environment', session.environment],
      ['Release', session.release],
    ]),
    attributeSection('Attributes', session.attributes),
  ];
}

function link(address: string): Child {
  const href = safeHref(address);
  return href ? h('a', { href, rel: 'noreferrer noopener', target: '_blank' }, address) : address;
}

