/** Icon, colour and name of each kind of event. */

import type { IconName } from '../lib/icons';
import type { EventKind, SessionEvent } from '../lib/types';

export interface KindStyle {
  label: string;
  icon: IconName;
}

export const KINDS: Record<EventKind, KindStyle> = {
  navigation: { label: 'Pages', icon: 'globe' },
  click: { label: 'Clicks', icon: 'click' },
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

export type Tone = 'plain' | 'danger' | 'warn';

export function toneOf(event: SessionEvent): Tone {
  if (event.kind === 'error' || event.kind === 'backend_error' || event.severity === 'ERROR' || event.severity === 'FATAL') return 'danger';
  if ((event.status ?? 0) >= 400) return 'danger';
  return event.severity === 'WARN' || event.kind === 'dropped' ? 'warn' : 'plain';
}
