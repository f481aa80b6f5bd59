/** What to say of browsers' clocks that were wrong. Errors are positive when the browser's clock is ahead. */

import { duration } from './format';
import type { Manifest } from './types';

const DAY = 86_400_000;
const YEAR = 365.25 * DAY;

/** `7 min 2 s ahead`, `3 days behind`. */
export function clockError(errorMs: number): string {
  return `${apart(Math.abs(errorMs))} ${errorMs > 0 ? 'ahead' : 'behind'}`;
}

/** A sentence, or nothing where no clock was wrong. */
export function clockNote(manifest: Manifest): string {
  const errors = [...new Set([manifest, ...manifest.tabs].map((known) => known.clock_error_ms))];
  const wrong = errors.filter((error) => error !== 0).sort((a, b) => Math.abs(b) - Math.abs(a));
  if (wrong[0] === undefined) return '';
  const corrected = 'All times here are corrected.';
  if (errors.length === 1) return `The browser's clock was ${clockError(wrong[0])}. ${corrected}`;
  return `The session's browsers had different clocks, up to ${clockError(wrong[0])}. ${corrected}`;
}

function apart(ms: number): string {
  if (ms >= 2 * YEAR) return `${Math.round(ms / YEAR)} years`;
  if (ms >= 2 * DAY) return `${Math.round(ms / DAY)} days`;
  return duration(ms).replace(/\bm\b/, 'min'); // in a sentence, a lone m reads as metres
}
