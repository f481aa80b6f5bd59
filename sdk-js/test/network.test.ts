import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Span } from '../src/otlp/model';
import { watchFetch } from '../src/network/fetch';
import { Tracer, type NetworkOptions } from '../src/network/tracer';
import { watchXhr } from '../src/network/xhr';
import { Warnings } from '../src/warnings';
import { testPrivacy } from './privacy';
import { ENDPOINT, Receiver } from './receiver';

const SESSION = 'a'.repeat(32);
let receiver: Receiver;
let spans: Span[];
let sessionId: string | undefined;
const undo: (() => void)[] = [];

beforeEach(() => {
  window.happyDOM.setURL('https://shop.test/cart');
  receiver = new Receiver().install();
  spans = [];
  sessionId = SESSION;
});
afterEach(() => undo.splice(0).reverse().forEach((step) => step()));

function tracer(options: Partial<NetworkOptions> = {}): Tracer {
  const identity = { sessionId: () => sessionId, tab: () => 'b'.repeat(16), user: () => ({ id: 'u1' }), common: () => ({}) };
  return new Tracer({ endpoint: ENDPOINT, traceOrigins: [], ignoreUrls: [], network: {}, ...options }, testPrivacy(), identity, (span) => spans.push(span));
}

function watch(options: Partial<NetworkOptions> = {}): void {
  undo.push(watchFetch(tracer(options), new Warnings(), new WeakSet()));
}

function sentHeaders(index = 0): Headers {
  const [input, init] = receiver.calls[index]?.args as [RequestInfo, RequestInit | undefined];
  return new Headers(init?.headers ?? (input as Request).headers);
}

test('a request to the own origin becomes a span and carries its context', async () => {
  watch();
  const response = await fetch('/api/items?page=2', { method: 'post', headers: { 'x-own': '1' } });
  expect(response.status).toBe(200);
  const [span] = spans;
  expect(span).toMatchObject({
    name: 'POST',
    failed: false,
    attributes: {
      'http.request.method': 'POST',
      'url.full': 'https://shop.test/api/items?page=2',
      'server.address': 'shop.test',
      'server.port': 443,
      'http.response.status_code': 200,
      'http.response.body.size': 2,
      'session.id': SESSION,
      'session.replay.tab': 'b'.repeat(16),
      'user.id': 'u1',
    },
  });
  expect(span?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(span?.endMs).toBeGreaterThanOrEqual(span?.startMs ?? Infinity);
  expect(sentHeaders().get('traceparent')).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
  expect(sentHeaders().get('baggage')).toBe(`session.id=${SESSION}`);
  expect(sentHeaders().get('x-own')).toBe('1');
});

test('other origins get no headers, and the arguments arrive as they were', async () => {
  watch();
  const init = { method: 'POST', body: 'x' };
  await fetch('https://cdn.test/lib', init);
  expect(receiver.calls[0]?.args[1]).toBe(init);
  expect(spans[0]?.attributes['server.address']).toBe('cdn.test');
});

test.each<[string, NetworkOptions['traceOrigins']]>([
  ['an origin', ['https://api.test']],
  ['an address of the origin', ['https://api.test/v1/']],
  ['a pattern', [/\.?api\.test$/g]],
])('allowed origins named by %s get the headers every time', async (_, traceOrigins) => {
  watch({ traceOrigins });
  await fetch('https://api.test/a');
  await fetch('https://api.test/b');
  expect([sentHeaders(0).has('traceparent'), sentHeaders(1).has('traceparent')]).toEqual([true, true]);
});

test('an origin that only begins like an allowed one gets nothing', async () => {
  watch({ traceOrigins: ['https://api.test'] });
  await fetch('https://api.test.evil.test/a');
  expect(receiver.calls[0]?.args).toEqual(['https://api.test.evil.test/a']);
});

test('a FormData body is passed on, not rebuilt', async () => {
  watch();
  const body = new FormData();
  await fetch('/upload', { method: 'POST', body });
  expect((receiver.calls[0]?.args[1] as RequestInit).body).toBe(body);
  expect(sentHeaders().has('content-type')).toBe(false);
});

test('a Request is passed on as it is, with its headers, body and referrer', async () => {
  watch();
  const request = new Request('https://shop.test/api', { method: 'PUT', body: 'payload', headers: { 'x-own': '1' } });
  await fetch(request);
  const [input, init] = receiver.calls[0]?.args as [Request, RequestInit];
  expect(input).toBe(request);
  expect(request.bodyUsed).toBe(false);
  expect(Object.keys(init).sort()).toEqual(['headers', 'referrer', 'referrerPolicy']);
  expect(sentHeaders().get('x-own')).toBe('1');
  expect(sentHeaders().has('traceparent')).toBe(true);
  expect(spans[0]?.name).toBe('PUT');
});

test('a request that another tracer follows keeps its traceparent, gets no second span, but the session', async () => {
  watch();
  await fetch('/api', { headers: { traceparent: '00-other-01', baggage: 'tenant=7' } });
  expect(sentHeaders().get('traceparent')).toBe('00-other-01');
  expect(sentHeaders().get('baggage')).toBe(`tenant=7,session.id=${SESSION}`);
  expect(spans).toEqual([]);
});

test('a request without CORS is left as it is', async () => {
  watch();
  const init = { mode: 'no-cors' } as const;
  await fetch('/pixel', init);
  expect(receiver.calls[0]?.args[1]).toBe(init);
});

test('patched twice, a request has one context and is made once', async () => {
  watch();
  watch();
  await fetch('/api');
  expect(receiver.calls).toHaveLength(1);
  expect(spans).toHaveLength(1);
});

test('the SDK\'s own endpoint, ignored and non-http addresses are left alone', async () => {
  watch({ ignoreUrls: ['/health', /\.png$/] });
  for (const url of [`${ENDPOINT}/v1/logs`, '/health?x=1', '/a.png', 'data:text/plain,hi', 'blob:https://shop.test/1']) {
    await fetch(url, { body: new Uint8Array(), method: 'POST' });
  }
  expect(spans).toEqual([]);
  expect(receiver.calls.every(({ args }) => new Headers((args[1] as RequestInit).headers).has('traceparent'))).toBe(false);
});

test('an origin that merely begins like the endpoint is not the endpoint', async () => {
  receiver.respond = () => Promise.resolve(new Response());
  watch({ endpoint: 'https://shop.test/otel' });
  await fetch('/otel-news');
  await fetch('/otel/v1/logs');
  expect(spans.map(({ attributes }) => attributes['url.full'])).toEqual(['https://shop.test/otel-news']);
});

test('without a session nothing is followed or changed', async () => {
  sessionId = undefined;
  watch();
  await fetch('/api');
  expect(receiver.calls[0]?.args).toEqual(['/api']);
  expect(spans).toEqual([]);
});

test('an error status marks the span', async () => {
  receiver.respond = () => Promise.resolve(new Response(null, { status: 503 }));
  watch();
  await fetch('/api');
  expect(spans[0]).toMatchObject({ failed: true, attributes: { 'http.response.status_code': 503, 'error.type': '503' } });
});

test('a rejection reaches the page as the very same object, and the span', async () => {
  const failure = new TypeError('Failed to fetch');
  receiver.respond = () => Promise.reject(failure);
  watch();
  await expect(fetch('/api')).rejects.toBe(failure);
  await vi.waitFor(() => expect(spans[0]).toMatchObject({ failed: true, attributes: { 'error.type': 'TypeError' } }), 10_000);
});

test('credentials in an address are not sent', async () => {
  watch();
  await fetch('https://user:pass@cdn.test/x');
  expect(spans[0]?.attributes['url.full']).toBe('https://cdn.test/x');
});

test('`this` and nonsense arguments are the browser\'s business', async () => {
  watch();
  await window.fetch('http://[bad');
  await (fetch as (...args: unknown[]) => Promise<unknown>)(undefined);
  expect(receiver.calls).toHaveLength(2);
});

test('stopping gives the page its fetch back, but only where nobody has wrapped it since', async () => {
  const before = window.fetch;
  const stop = watchFetch(tracer(), new Warnings(), new WeakSet());
  stop();
  expect(window.fetch).toBe(before);

  const stopWrapped = watchFetch(tracer(), new Warnings(), new WeakSet());
  const inner = window.fetch;
  const wrapper: typeof fetch = (...args) => inner(...args);
  window.fetch = wrapper;
  stopWrapped();
  expect(window.fetch).toBe(wrapper);
  await fetch('/api');
  expect(spans).toEqual([]);
});

/** The part of XMLHttpRequest that the SDK touches. */
class FakeXhr extends EventTarget {
  headers: [string, string][] = [];
  status = 0;
  opened: unknown[] = [];
  body: unknown;
  open(...args: unknown[]): void {
    this.opened = args;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers.push([name, value]);
  }
  send(body?: unknown): void {
    if (body === 'throw') throw new DOMException('state', 'InvalidStateError');
    this.body = body;
  }
  getResponseHeader(name: string): string | null {
    return name === 'content-length' ? '12' : null;
  }
  finish(type: string, status = 0): void {
    this.status = status;
    this.dispatchEvent(new Event(type));
    this.dispatchEvent(new Event('loadend'));
  }
}

function xhrWorld(): void {
  class Fresh extends FakeXhr {}
  for (const name of ['open', 'setRequestHeader', 'send'] as const) {
    Object.defineProperty(Fresh.prototype, name, { value: FakeXhr.prototype[name], writable: true, configurable: true });
  }
  vi.stubGlobal('XMLHttpRequest', Fresh);
  undo.push(watchXhr(tracer(), new Warnings()));
}

function newXhr(): FakeXhr {
  return new XMLHttpRequest() as unknown as FakeXhr;
}

test('an XMLHttpRequest becomes a span, carries its context and keeps its body', () => {
  xhrWorld();
  const xhr = newXhr();
  const body = new FormData();
  xhr.open('post', '/api', true);
  xhr.setRequestHeader('baggage', 'tenant=7');
  xhr.send(body);
  xhr.finish('load', 201);
  expect(xhr.opened).toEqual(['post', '/api', true]);
  expect(xhr.body).toBe(body);
  expect(xhr.headers).toEqual([
    ['baggage', 'tenant=7'],
    ['traceparent', `00-${spans[0]?.traceId}-${spans[0]?.spanId}-01`],
    ['baggage', `session.id=${SESSION}`],
  ]);
  expect(spans[0]).toMatchObject({ name: 'POST', failed: false, attributes: { 'http.response.status_code': 201, 'http.response.body.size': 12 } });
});

test.each([['error', 'NetworkError'], ['abort', 'AbortError'], ['timeout', 'TimeoutError']])('an XMLHttpRequest that ends with %s is a failed span', (type, name) => {
  xhrWorld();
  const xhr = newXhr();
  xhr.open('GET', 'https://cdn.test/x');
  xhr.send();
  xhr.finish(type);
  expect(xhr.headers).toEqual([]);
  expect(spans).toHaveLength(1);
  expect(spans[0]).toMatchObject({ failed: true, attributes: { 'error.type': name } });
});

test('an XMLHttpRequest with a traceparent of its own is not followed twice', () => {
  xhrWorld();
  const xhr = newXhr();
  xhr.open('GET', '/api');
  xhr.setRequestHeader('Traceparent', '00-other-01');
  xhr.send();
  xhr.finish('load', 200);
  expect(xhr.headers).toEqual([['Traceparent', '00-other-01'], ['baggage', `session.id=${SESSION}`]]);
  expect(spans).toEqual([]);
});

test('what send throws reaches the page', () => {
  xhrWorld();
  const xhr = newXhr();
  xhr.open('GET', '/api');
  expect(() => xhr.send('throw')).toThrow('state');
  expect(spans[0]?.attributes['error.type']).toBe('InvalidStateError');
});
