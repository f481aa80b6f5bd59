/** What was not accepted in the last day, and what helps. */

import { h } from '../lib/dom';
import { ago, exactTime, isoTime, plural } from '../lib/format';
import { icon } from '../lib/icons';
import type { Refusal } from '../lib/types';

export function refusalList(refusals: Refusal[], nowMs: number): HTMLElement {
  if (refusals.length === 0) return h('p', { class: 'all-well' }, icon('check', 14), 'Nothing was refused.');
  return h('ul', { class: 'refusals' }, ...refusals.map((refusal) => row(refusal, nowMs)));
}

function row(refusal: Refusal, nowMs: number): HTMLElement {
  const last = h('time', { datetime: isoTime(refusal.last_ms), title: exactTime(refusal.last_ms) }, ago(refusal.last_ms, nowMs));
  const who = refusal.keys.length > 0 && ` · ${refusal.keys.join(', ')}`;
  return h(
    'li',
    { class: 'refusal', data: { reason: refusal.reason } },
    h('div', { class: 'refusal-what' }, h('h3', {}, words(refusal.reason)), h('p', {}, howMany(refusal), ' · ', last, who)),
    h('p', { class: 'refusal-help' }, refusal.help, refusal.comes_again && h('span', { class: 'badge' }, 'senders try again')),
  );
}

/** `rate_limit` as people say it. */
export function words(reason: string): string {
  const text = reason.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function howMany({ requests, records }: Refusal): string {
  const parts = [requests > 0 && plural(requests, 'request'), records > 0 && `${plural(records, 'record')} left out`];
  return parts.filter(Boolean).join(', ') || 'counted by others';
}
