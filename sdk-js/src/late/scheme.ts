import type { eventWithTime } from '@rrweb/types';

import { META } from './rrweb';

export type ColorScheme = 'light' | 'dark';

const DARK = '(prefers-color-scheme: dark)';

/**
 * Notes the visitor's preferred colour scheme on a Meta event, as `colorScheme`; rrweb itself does not, and
 * a page with a dark side cannot be shown as it was without it. Other events are left as they are.
 */
export function noteColorScheme(event: eventWithTime): void {
  if (event.type !== META || typeof matchMedia !== 'function') return;
  const colorScheme: ColorScheme = matchMedia(DARK).matches ? 'dark' : 'light';
  Object.assign(event.data, { colorScheme });
}

/** Calls `onChange` when the preference changes while the page is open; returns how to stop. */
export function watchColorScheme(onChange: () => void): () => void {
  const query = typeof matchMedia === 'function' ? matchMedia(DARK) : undefined;
  // Safari before 14 has no addEventListener here.
  query?.addEventListener?.('change', onChange);
  return () => query?.removeEventListener?.('change', onChange);
}
