import { plural } from '../lib/format';
import type { Retention } from '../lib/types';

/** One sentence on how long what is stored stays. */
export function retentionNote({ replay, logs, traces, metrics }: Retention): string {
  const others = `logs for ${plural(logs, 'day')}, traces for ${plural(traces, 'day')}`;
  return `Kept from the start of a session: recordings for ${plural(replay, 'day')}, ${others}. Metrics are kept for ${plural(metrics, 'day')}.`;
}
