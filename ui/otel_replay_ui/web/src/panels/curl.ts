/**
 * A recorded request as a command for a POSIX shell with `$'…'` (bash, zsh, ksh). Everything in it was said by a page that may
 * be hostile, and it will be pasted into a terminal: it must stay one command, with these very arguments.
 */

import { addressOf, methodOf, REQUEST_BODY, requestHeaders } from './http';
import type { SessionEvent } from '../lib/types';

/** A method or header name by RFC 9110; curl would read a header "name" that begins with @ from a file. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const METHOD = /^[A-Z]+$/;
/** Set by curl itself, or true of the recorded connection only. */
const NOT_SENT = new Set(['host', 'content-length', 'connection', 'accept-encoding', 'traceparent', 'tracestate', 'baggage']);

/** Null where curl cannot make such a request: a WebSocket, an address that is none of the web. */
export function curlCommand(event: SessionEvent): string | null {
  const address = addressOf(event);
  const method = methodOf(event);
  const stream = method === 'EventSource';
  if (!/^https?:\/\//i.test(address) || !(stream || METHOD.test(method))) return null;
  const body = event.attributes[REQUEST_BODY] ?? '';
  const parts = ['curl', `--url ${quote(address)}`];
  // Without it, brackets and braces in the address would stand for many addresses.
  if (/[[\]{}]/.test(address)) parts.push('--globoff');
  if (stream) parts.push('--no-buffer');
  else if (method === 'HEAD') parts.push('--head');
  else if (method !== (body ? 'POST' : 'GET')) parts.push(`--request ${method}`);
  for (const [name, value] of requestHeaders(event.attributes)) {
    if (TOKEN.test(name) && !NOT_SENT.has(name.toLowerCase())) parts.push(`--header ${quote(headerLine(name, value))}`);
  }
  if (body) parts.push(`--data-raw ${quote(body)}`);
  return parts.join(' \\\n  ');
}

/** A header that is to be empty ends in a semicolon for curl. Line breaks would begin another header. */
function headerLine(name: string, value: string): string {
  const oneLine = value.replace(/[\r\n]+/g, ' ').trim();
  return oneLine === '' ? `${name};` : `${name}: ${oneLine}`;
}

// Control characters steer the terminal; those that turn the direction of writing show another command than the one that runs.
const NEEDS_ESCAPES = /[\u0000-\u001f\u007f-\u009f'!\\\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/u;
const ESCAPED = new RegExp(NEEDS_ESCAPES, 'gu');

/** One argument for the shell, whatever the text. NUL cannot be in one, and is left out. */
export function quote(text: string): string {
  const clean = text.replaceAll('\u0000', '');
  return NEEDS_ESCAPES.test(clean) ? `$'${clean.replace(ESCAPED, escape)}'` : `'${clean}'`;
}

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', "'": "\\'", '\\': '\\\\' };

/** By its bytes in UTF-8: what `\\u` makes depends on the shell and its locale. Half of a pair becomes the replacement character. */
function escape(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return SHORT[character] ?? bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
