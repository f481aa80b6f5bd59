/** What a request's span says of the request. */

import type { Attributes, SessionEvent } from '../lib/types';
import type { Phase } from './track';

const REQUEST_HEADER = 'http.request.header.';
const RESPONSE_HEADER = 'http.response.header.';
export const REQUEST_BODY = 'http.request.body.content';
export const RESPONSE_BODY = 'http.response.body.content';

/** Name in the attributes, then as people call it, in the order in which they happen. */
const PHASES = [
  ['browser.timing.dns', 'DNS'],
  ['browser.timing.connect', 'Connect'],
  ['browser.timing.wait', 'Wait'],
  ['browser.timing.receive', 'Receive'],
] as const;

export type Header = [name: string, value: string];

export function methodOf(event: SessionEvent): string {
  return event.attributes['http.request.method'] ?? event.title.split(' ')[0] ?? '';
}

export function addressOf(event: SessionEvent): string {
  return event.attributes['url.full'] ?? event.title;
}

export function requestHeaders(attributes: Attributes): Header[] {
  return headers(attributes, REQUEST_HEADER);
}

export function responseHeaders(attributes: Attributes): Header[] {
  return headers(attributes, RESPONSE_HEADER);
}

function headers(attributes: Attributes, prefix: string): Header[] {
  return Object.entries(attributes)
    .filter(([name]) => name.startsWith(prefix) && name.length > prefix.length)
    .map(([name, value]): Header => [name.slice(prefix.length), headerValue(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** By convention a header's value is a list of texts, which stands there as JSON. */
function headerValue(value: string): string {
  if (!value.startsWith('["')) return value;
  try {
    const values: unknown = JSON.parse(value);
    return Array.isArray(values) ? values.join(', ') : value;
  } catch {
    return value;
  }
}

/** The parts of the time a request took; empty where the browser told none. What comes before the first known part is waiting in the queue. */
export function phasesOf(event: SessionEvent): Phase[] {
  const known = PHASES.map(([attribute, name]) => ({ name, ms: Number(event.attributes[attribute] ?? NaN) })).filter(({ ms }) => ms >= 0);
  if (known.length === 0) return [];
  const rest = (event.duration_ms ?? 0) - known.reduce((sum, { ms }) => sum + ms, 0);
  return rest > 0.05 ? [{ name: 'Queue', ms: rest }, ...known] : known;
}

/** Attributes that the details show in a place of their own. */
export function isShownOfRequest(name: string): boolean {
  return SHOWN.has(name) || name.startsWith(REQUEST_HEADER) || name.startsWith(RESPONSE_HEADER);
}

const SHOWN = new Set<string>([
  ...PHASES.map(([attribute]) => attribute),
  REQUEST_BODY,
  RESPONSE_BODY,
  'http.request.method',
  'http.request.body.size',
  'http.response.body.size',
  'http.response.status_code',
  'browser.transfer_size',
  'graphql.operation.name',
  'graphql.operation.type',
  'error.type',
  'url.full',
]);
