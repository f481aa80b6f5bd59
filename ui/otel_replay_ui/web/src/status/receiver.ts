/** What waits now: in memory, on disk, and how near the limits are. */

import { h, type Child } from '../lib/dom';
import { bytes, duration, plural } from '../lib/format';
import type { ReceiverStatus, Status } from '../lib/types';

export function receiverMeters(status: Status): HTMLElement {
  const { receiver, sessions } = status;
  if (!receiver) {
    return h('p', { class: 'status-note' }, 'The receiver runs in another process. Its ', h('code', {}, '/metrics'), ' has what waits there.');
  }
  return h(
    'div',
    { class: 'meters' },
    meter('Queue', receiver.queue_bytes, receiver.queue_capacity_bytes, `${plural(receiver.requests_under_way, 'request')} under way`, 0.8),
    receiver.spool_capacity_bytes > 0 && meter('Spool', receiver.spool_bytes, receiver.spool_capacity_bytes, spoolNote(receiver), 0),
    receiver.memory_hard_limit_bytes > 0 && meter('Memory', receiver.memory_bytes, receiver.memory_hard_limit_bytes, `slowed down from ${bytes(receiver.memory_soft_limit_bytes)}`, receiver.memory_soft_limit_bytes / receiver.memory_hard_limit_bytes),
    sessions && h('p', { class: sessions.late ? 'meter-note late' : 'meter-note' }, sessionNote(sessions, status.now_ms)),
  );
}

function spoolNote(receiver: ReceiverStatus): string {
  return receiver.spool_bytes > 0 ? `waits for storage since ${duration(receiver.spool_oldest_s * 1000)}` : 'nothing waits on disk';
}

function sessionNote(sessions: NonNullable<Status['sessions']>, nowMs: number): string {
  const past = Math.max(0, nowMs - sessions.last_round_ms);
  if (sessions.late) return `Sessions were last computed ${duration(past)} ago.`;
  return `Sessions are up to date as of ${duration(Math.max(1000, past))} ago.`;
}

/** A bar that turns to a warning above `warnFrom`, a share of the whole. */
function meter(name: string, used: number, whole: number, note: Child, warnFrom: number): HTMLElement {
  const share = Math.min(1, used / whole);
  const warns = used > 0 && share > warnFrom;
  return h(
    'div',
    { class: warns ? 'meter warns' : 'meter', data: { testid: `meter-${name.toLowerCase()}` } },
    h('div', { class: 'meter-head' }, h('h3', {}, name), h('p', {}, h('strong', {}, bytes(used)), ` of ${bytes(whole)}`)),
    h('div', { class: 'meter-bar', role: 'meter', 'aria-label': name, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(share * 100), 'aria-valuetext': `${bytes(used)} of ${bytes(whole)}` }, used > 0 && h('i', { style: { width: `${share * 100}%` } })),
    h('p', { class: 'meter-note' }, note),
  );
}
