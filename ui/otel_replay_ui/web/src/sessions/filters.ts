/** What the list shows: search, range of time, quick filters. The page's address holds it. */

import { readParams, replaceParams } from '../lib/url';

export interface ListState {
  q: string;
  /** A key of RANGES. */
  range: string;
  errors: boolean;
  live: boolean;
}

export const RANGES: { name: string; label: string; ms: number | null }[] = [
  { name: '', label: 'Any time', ms: null },
  { name: '15m', label: 'Last 15 minutes', ms: 15 * 60_000 },
  { name: '1h', label: 'Last hour', ms: 3_600_000 },
  { name: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { name: '7d', label: 'Last 7 days', ms: 7 * 86_400_000 },
  { name: '30d', label: 'Last 30 days', ms: 30 * 86_400_000 },
];

export function readState(params: URLSearchParams = readParams()): ListState {
  const range = params.get('range') ?? '';
  return {
    q: params.get('q') ?? '',
    range: RANGES.some((known) => known.name === range) ? range : '',
    errors: params.get('errors') === '1',
    live: params.get('live') === '1',
  };
}

export function writeState(state: ListState): void {
  replaceParams({ q: state.q.trim() || null, range: state.range || null, errors: state.errors ? '1' : null, live: state.live ? '1' : null });
}

/** The API's parameters for a state. */
export function toQuery(state: ListState, now = Date.now()): { q: string; from: number | null } {
  const terms = [state.q.trim(), state.errors && 'errors:>0', state.live && 'state:live'].filter(Boolean);
  const range = RANGES.find((known) => known.name === state.range)?.ms ?? null;
  return { q: terms.join(' '), from: range === null ? null : now - range };
}

export const isFiltered = (state: ListState): boolean => toQuery(state).q !== '' || state.range !== '';
