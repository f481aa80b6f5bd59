/** Icon, colour and name of each kind of event. */

import { bytes, duration } from '../lib/format';
import type { IconName } from '../lib/icons';
import type { EventKind, SessionEvent } from '../lib/types';

export interface KindStyle {
  label: string;
  icon: IconName;
}

export const KINDS: Record<EventKind, KindStyle> = {
  navigation: { label: 'Pages', icon: 'globe' },
  click: { label: 'Clicks', icon: 'click' },
  rage_click: { label: 'Rage clicks', icon: 'click' },
  dead_click: { label: 'Dead clicks', icon: 'click' },
  request: { label: 'Network', icon: 'network' },
  console: { label: 'Console', icon: 'terminal' },
  error: { label: 'Errors', icon: 'alert' },
  backend_error: { label: 'Backend errors', icon: 'server' },
  log: { label: 'Logs', icon: 'list' },
  session: { label: 'Session', icon: 'flag' },
  dropped: { label: 'Dropped', icon: 'broken' },
  vital: { label: 'Vitals', icon: 'gauge' },
  custom: { label: 'Custom', icon: 'star' },
};

/** Values are milliseconds, but for the shift of the layout, which has no unit; empty when this is no vital. */
export function vitalText({ attributes }: SessionEvent): string {
  const name = attributes['browser.web_vital.name'];
  const value = Number(attributes['browser.web_vital.value'] ?? NaN);
  return name && Number.isFinite(value) ? `${name} ${name === 'CLS' ? value.toFixed(3) : duration(Math.round(value))}` : '';
}

/** What the SDK tells of the session itself. */
const OF_SESSION = new Map<string, (event: SessionEvent) => string>(Object.entries({
  'session.start': () => 'Session began',
  'session.end': () => 'Session ended',
  'session.identify': ({ attributes }) => `Identified as ${attributes['user.name'] || attributes['user.email'] || attributes['user.id'] || 'nobody'}`,
}));

export const STATE_EVENT = 'browser.state';
export const NOTE_EVENT = 'session.note';

/** Custom events of the SDK's own, each with what a row says of it. A map: a page may call an event `constructor`. */
const KNOWN = new Map<string, KindStyle & { text: (event: SessionEvent) => string }>(Object.entries({
  [STATE_EVENT]: { label: 'State', icon: 'layers', text: ({ attributes }) => attributes['browser.state.action'] || attributes['browser.state.name'] || '' },
  [NOTE_EVENT]: { label: 'Note', icon: 'note', text: ({ title }) => title },
  'browser.long_task': { label: 'Long task', icon: 'clock', text: ({ attributes }) => `Long task${attributes['browser.long_task.duration'] ? `, ${duration(Number(attributes['browser.long_task.duration']))}` : ''}` },
  'browser.visibility': { label: 'Visibility', icon: 'eye', text: ({ attributes }) => `Page ${attributes['browser.visibility.state'] ?? ''}` },
  'browser.connectivity': { label: 'Network', icon: 'network', text: ({ attributes }) => (attributes['browser.connectivity.online'] === 'false' ? 'Offline' : 'Online') },
  'browser.memory': { label: 'Memory', icon: 'gauge', text: ({ attributes }) => `Memory ${bytes(Number(attributes['browser.memory.used'] ?? 0))}` },
  'browser.resource_error': { label: 'Resource error', icon: 'alert', text: ({ attributes }) => `${attributes['browser.tag_name'] ?? 'Resource'} did not load: ${attributes['browser.resource.url'] ?? ''}` },
  'browser.csp_violation': { label: 'Content security policy', icon: 'alert', text: ({ attributes }) => `Refused by ${attributes['browser.csp.directive'] ?? 'the policy'}: ${attributes['browser.csp.blocked'] ?? ''}` },
}));

export function kindOf(event: SessionEvent): KindStyle {
  return (event.kind === 'custom' && KNOWN.get(event.name)) || (KINDS[event.kind] ?? { label: event.kind, icon: 'star' });
}

/** One line for people. */
export function labelOf(event: SessionEvent): string {
  if (event.kind === 'rage_click' || event.kind === 'dead_click') return `${event.kind === 'rage_click' ? 'Rage' : 'Dead'} click: ${event.title}`;
  return known(event) || event.title || event.name || event.kind;
}

function known(event: SessionEvent): string {
  if (event.kind === 'vital') return vitalText(event);
  if (event.kind === 'session') return OF_SESSION.get(event.name)?.(event) ?? '';
  return event.kind === 'custom' ? (KNOWN.get(event.name)?.text(event) ?? '') : '';
}

export type Tone = 'plain' | 'danger' | 'warn';

export function toneOf(event: SessionEvent): Tone {
  if (event.kind === 'error' || event.kind === 'backend_error' || event.severity === 'ERROR' || event.severity === 'FATAL') return 'danger';
  if ((event.status ?? 0) >= 400) return 'danger';
  return event.severity === 'WARN' || event.kind === 'dropped' || event.kind === 'rage_click' || event.kind === 'dead_click' ? 'warn' : 'plain';
}
