import { afterEach, expect, test, vi } from 'vitest';

import { backoffMs, retryAfterMs } from '../src/delivery/backoff';
import { KEEPALIVE_QUOTA, KeepaliveLedger } from '../src/delivery/keepalive';
import { createTransport, TIMEOUT_MS } from '../src/delivery/transport';
import { Writer } from '../src/otlp/writer';

afterEach(() => vi.useRealTimers());

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

function open(answers: (Response | Error | Promise<Response>)[]) {
  const sent: Sent[] = [];
  const ledger = new KeepaliveLedger();
  const fetch = ((url: string, init: RequestInit) => {
    sent.push({ url, init });
    const answer = answers.shift() ?? new Response(null, { status: 200 });
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }) as typeof globalThis.fetch;
  return { send: createTransport({ endpoint: 'https://otel.test', headers: { authorization: 'key' }, ledger, fetch, ownRequests: new WeakSet() }), sent, ledger };
}

const bytes = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array(size);

test('a request is OTLP/HTTP protobuf without cookies, with the page owner\'s headers', async () => {
  const { send, sent } = open([]);
  expect(await send('/v1/logs', bytes(100_000), false)).toEqual({ kind: 'delivered' });
  expect(sent[0]).toMatchObject({
    url: 'https://otel.test/v1/logs',
    init: { method: 'POST', credentials: 'omit', keepalive: false, headers: { authorization: 'key', 'content-type': 'application/x-protobuf' } },
  });
});

test.each([408, 429, 502, 503, 504])('status %i is retried', async (status) => {
  const { send } = open([new Response(null, { status, headers: { 'retry-after': '3' } })]);
  expect(await send('/v1/logs', bytes(1), false)).toMatchObject({ kind: 'retry', retryAfterMs: 3000 });
});

test.each([400, 401, 403, 404, 413, 500, 501])('status %i is final', async (status) => {
  const body = new Writer().varint(1, 3).string(2, 'unknown key').finish();
  const { send } = open([new Response(body, { status })]);
  expect(await send('/v1/logs', bytes(1), false)).toEqual({ kind: 'refused', status, message: 'unknown key' });
});

test('a network error is retried', async () => {
  const { send } = open([new TypeError('Failed to fetch'), new TypeError('Failed to fetch')]);
  expect(await send('/v1/logs', bytes(100_000), false)).toMatchObject({ kind: 'retry' });
});

test('a request without an answer is given up and retried', async () => {
  vi.useFakeTimers();
  const fetch = ((_: string, init: RequestInit) => new Promise((__, reject) => {
    init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  })) as typeof globalThis.fetch;
  const outcome = createTransport({ endpoint: '', headers: {}, ledger: new KeepaliveLedger(), fetch, ownRequests: new WeakSet() })('/v1/logs', bytes(100_000), false);
  await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
  expect(await outcome).toMatchObject({ kind: 'retry' });
});

test('small requests always survive a navigation, and leave half of the quota to the tail', async () => {
  const waiting = Array.from({ length: 4 }, () => new Promise<Response>(() => undefined));
  const { send, sent, ledger } = open(waiting);
  for (let i = 0; i < 3; i++) void send('/v1/logs', bytes(14 * 1024), false);
  expect(sent.map(({ init }) => init.keepalive)).toEqual([true, true, false]);
  expect(ledger.room).toBeGreaterThanOrEqual(30 * 1024);
  void send('/v1/logs', bytes(ledger.room), true);
  expect(sent[3]?.init.keepalive).toBe(true);
  expect(ledger.room).toBe(0);
});

test('a keepalive request that the browser refuses is sent as an ordinary one', async () => {
  const { send, sent, ledger } = open([new TypeError('quota')]);
  expect(await send('/v1/logs', bytes(100), true)).toEqual({ kind: 'delivered' });
  expect(sent.map(({ init }) => init.keepalive)).toEqual([true, false]);
  expect(ledger.room).toBe(KEEPALIVE_QUOTA);
});

test('the ledger never books more than the quota and gives back what it booked once', () => {
  const ledger = new KeepaliveLedger();
  const first = ledger.take(40 * 1024);
  expect(ledger.take(30 * 1024)).toBeUndefined();
  const second = ledger.take(20 * 1024);
  expect(ledger.room).toBe(0);
  first?.();
  first?.();
  expect(ledger.room).toBe(40 * 1024);
  second?.();
  expect(ledger.room).toBe(KEEPALIVE_QUOTA);
});

test('the ledger limits the number of requests too', () => {
  const ledger = new KeepaliveLedger();
  const taken = Array.from({ length: 20 }, () => ledger.take(1));
  expect(taken.filter((release) => release !== undefined).length).toBeLessThan(15);
  expect(ledger.room).toBe(0);
});

test('a partial success is reported', async () => {
  const body = new Writer().message(1, (inner) => inner.varint(1, 2).string(2, 'no ids')).finish();
  const { send } = open([new Response(body, { status: 200 })]);
  expect(await send('/v1/logs', bytes(1), false)).toEqual({ kind: 'delivered', partial: { rejected: 2, message: 'no ids' } });
});

test.each<[string, string | null, number]>([
  ['seconds', '120', 120_000],
  ['a date', 'Mon, 05 Jan 2026 10:00:30 GMT', 30_000],
  ['a date gone by', 'Mon, 05 Jan 2026 09:00:00 GMT', 0],
  ['nothing', null, 0],
  ['nonsense', 'soon', 0],
  ['a day', '86400', 600_000],
])('Retry-After as %s', (_, header, expected) => {
  expect(retryAfterMs(header, Date.parse('2026-01-05T10:00:00Z'))).toBe(expected);
});

test('the jitter covers the whole range', () => {
  expect(backoffMs(3, 0, () => 0)).toBe(0);
  expect(backoffMs(3, 0, () => 1)).toBe(8000);
  expect(backoffMs(9, 500, () => 1)).toBe(60_500);
});

test('after ten failures in a row the circuit is open: an attempt every five minutes at most', () => {
  expect(backoffMs(10, 0, () => 1)).toBe(300_000);
});
