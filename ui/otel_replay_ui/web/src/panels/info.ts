/** Who, with what, from where: the session's own facts. */

import { clockError } from '../lib/clockerror';
import { h, fill, safeHref, type Child } from '../lib/dom';
import { bytes, duration, exactTime, plural, shortId } from '../lib/format';
import { displayName } from '../lib/person';
import type { SessionDetail } from '../lib/types';
import { pageUrl } from '../lib/project';

export class InfoPanel {
  readonly element = h('div', { class: 'panel panel-info', data: { testid: 'panel-info' } });

  show(session: SessionDetail): void {
    fill(this.element, ...sections(session));
  }
}

function sections(session: SessionDetail): HTMLElement[] {
  const { user, counts } = session;
  return [
    section('User', [
      ['Name', displayName(user)],
      ['Id', user.id],
      ['E-mail', user.email],
    ]),
    section('Session', [
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
    section('Device', [
      ['Browser', session.browser],
      ['System', session.os],
      ['Device', session.device],
    ]),
    section('Application', [
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

function section(title: string, facts: [string, Child][]): HTMLElement {
  const known = facts.filter(([, value]) => value !== '' && value !== null);
  const rows = known.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]);
  return h('section', { class: 'facts', hidden: known.length === 0 }, h('h2', {}, title), h('dl', {}, ...rows));
}

/** Attributes as they were recorded, in order of their names. */
export function attributeSection(title: string, attributes: Record<string, string>): HTMLElement {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = sorted.flatMap(([name, value]) => [h('dt', { class: 'mono' }, name), h('dd', { class: 'mono' }, String(value))]);
  return h('section', { class: 'facts attributes', hidden: sorted.length === 0 }, h('h3', {}, title), h('dl', {}, ...rows));
}
