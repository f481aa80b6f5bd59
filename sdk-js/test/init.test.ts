import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import type { Handle, Options } from '../src/index';
import * as sdk from '../src/index';
import { chunkEvents, type DecodedRecord } from './otlp';
import { FakeRrweb } from './fake-rrweb';
import { ENDPOINT, Receiver } from './receiver';

const { rrweb } = vi.hoisted(() => ({ rrweb: { current: undefined as unknown as FakeRrweb } }));
vi.mock('@rrweb/record', () => ({
  record: Object.assign((options: never) => rrweb.current.record(options), {
    takeFullSnapshot: () => rrweb.current.record.takeFullSnapshot(),
    mirror: { getNode: () => null, getId: () => -1 },
  }),
}));

const MINUTE = 60_000;
let receiver: Receiver;
let warn: ReturnType<typeof vi.spyOn>;

// Loading takes real time, which fake clocks do not wait for.
beforeAll(() => import('../src/late'));
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-05T10:00:00Z') });
  window.happyDOM.setURL('https://shop.test/cart');
  localStorage.clear();
  rrweb.current = new FakeRrweb();
  receiver = new Receiver().install();
  // Without it chunks are ready at once, which is all these tests need; compression is tried in a real browser.
  vi.stubGlobal('CompressionStream', undefined);
  warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(async () => {
  await sdk.shutdown();
  setVisibility('visible');
  vi.useRealTimers();
});

function start(options: Partial<Options> = {}): Handle {
  const handle = sdk.init({ endpoint: ENDPOINT, serviceName: 'shop-web', captureConsole: false, ...options });
  if (!handle) throw new Error('init gave no handle');
  return handle;
}

function setVisibility(state: 'visible' | 'hidden'): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

function press(): void {
  window.dispatchEvent(new Event('pointerdown'));
}

const seqs = (chunks: readonly DecodedRecord[]): unknown[] => chunks.map(({ attributes }) => attributes['session.replay.seq']);
const tabs = (records: readonly DecodedRecord[]): unknown[] => [...new Set(records.map(({ attributes }) => attributes['session.replay.tab']))];

test('a page load sends session start, navigation and a checkpoint within seconds, all of one session and tab', async () => {
  const handle = start({ serviceVersion: '1.2.3', environment: 'test', resourceAttributes: { team: 'cart' } });
  await vi.advanceTimersByTimeAsync(3000);
  expect(receiver.records.map(({ eventName, scope }) => [eventName, scope])).toEqual([
    ['session.start', 'otel_replay.browser'],
    ['browser.navigation', 'otel_replay.browser'],
    ['session.replay.chunk', 'otel_replay.recorder'],
  ]);
  const [chunk] = receiver.chunks();
  expect(chunk?.attributes).toEqual({
    'session.id': handle.getSessionId(),
    'session.replay.tab': expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    'session.replay.seq': 0,
    'session.replay.start': Date.parse('2026-01-05T10:00:00Z'),
    'session.replay.end': Date.parse('2026-01-05T10:00:00Z'),
    'session.replay.events': 2,
    'session.replay.checkpoint': true,
    'session.replay.encoding': 'identity',
    'session.replay.size': (chunk?.body as Uint8Array).length,
    'session.replay.final': false,
  });
  expect(tabs(receiver.records)).toHaveLength(1);
  expect(new Set(receiver.records.map(({ attributes }) => attributes['session.id']))).toEqual(new Set([handle.getSessionId()]));
  expect(chunk?.resource).toMatchObject({
    'service.name': 'shop-web',
    'service.version': '1.2.3',
    'deployment.environment.name': 'test',
    'telemetry.sdk.language': 'webjs',
    'user_agent.original': navigator.userAgent,
    team: 'cart',
  });
  expect(chunk?.resource).not.toHaveProperty(['session.id']);
});

test('a chunk that is retried is the same chunk with the time of the new attempt', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  receiver.answers.push('offline', 'offline', 503);
  start();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seqs(receiver.chunks())).toEqual([0]);
  const [chunk] = receiver.chunks();
  const delay = Number(chunk?.observedNano) / 1e6 - Number(chunk?.attributes['session.replay.start']);
  expect(delay).toBeGreaterThan(3000);
});

test('10,000 numbered changes under random failures arrive once each, in order, without holes', async () => {
  let seed = 42;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  // The pauses between attempts too, or the number of failures would differ from run to run.
  vi.spyOn(Math, 'random').mockImplementation(random);
  start();
  await vi.advanceTimersByTimeAsync(1);
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 50; i++) rrweb.current.change();
    if (receiver.answers.length === 0 && random() < 0.6) receiver.answers.push(...[503, 'offline' as const, 'offline' as const, 429].slice(0, 1 + Math.floor(random() * 4)));
    if (round % 10 === 0) press();
    await vi.advanceTimersByTimeAsync(random() * 6000);
  }
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(receiver.failures).toBeGreaterThan(20);
  const chunks = receiver.chunks();
  expect(seqs(chunks)).toEqual(chunks.map((_, index) => index));
  const changes = chunks.flatMap(chunkEvents).filter(({ type }) => type === 3);
  const numbers = changes.map((event) => Number(/change-(\d+)/.exec(JSON.stringify(event))?.[1]));
  expect(numbers.filter((number, index) => number !== index)).toEqual([]);
  expect(numbers).toHaveLength(10_000);
});

test('after fifteen idle minutes nothing is sent, and the next input begins a session that can be played by itself', async () => {
  const handle = start();
  const first = handle.getSessionId();
  await vi.advanceTimersByTimeAsync(16 * MINUTE);
  const before = receiver.posted.length;
  rrweb.current.change();
  handle.track('poll');
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(receiver.posted).toHaveLength(before);
  expect(handle.getSessionId()).toBeUndefined();

  press();
  rrweb.current.change();
  await vi.advanceTimersByTimeAsync(10_000);
  const second = handle.getSessionId();
  expect(second).not.toBe(first);
  expect(receiver.events('session.end')[0]?.attributes['session.id']).toBe(first);
  expect(receiver.events('session.start')[1]?.attributes).toMatchObject({ 'session.id': second, 'session.previous_id': first });
  const chunks = receiver.chunks().filter(({ attributes }) => attributes['session.id'] === second);
  expect(chunks[0]?.attributes).toMatchObject({ 'session.replay.seq': 0, 'session.replay.checkpoint': true });
  expect(tabs(receiver.chunks())).toHaveLength(2);
});

test('changes of the page alone keep no session alive', async () => {
  const handle = start();
  for (let minute = 0; minute < 20; minute++) {
    await vi.advanceTimersByTimeAsync(MINUTE);
    rrweb.current.change();
  }
  expect(handle.getSessionId()).toBeUndefined();
});

test('a page in the background begins nothing until it is seen', async () => {
  setVisibility('hidden');
  const handle = start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(receiver.posted).toEqual([]);
  setVisibility('visible');
  await vi.advanceTimersByTimeAsync(5000);
  expect(receiver.events('browser.navigation')).toHaveLength(1);
  expect(handle.getSessionId()).toBeDefined();
});

test('hiding the page sends the tail with keepalive, and the recording goes on in the same tab', async () => {
  start();
  await vi.advanceTimersByTimeAsync(3000);
  rrweb.current.change();
  receiver.posted.length = 0;
  setVisibility('hidden');
  await vi.advanceTimersByTimeAsync(0);
  expect(receiver.posted.map(({ init }) => init.keepalive)).toEqual([true]);
  setVisibility('visible');
  rrweb.current.change();
  await vi.advanceTimersByTimeAsync(6000);
  expect(seqs(receiver.chunks())).toEqual([0, 1, 2]);
  expect(receiver.chunks().every(({ attributes }) => attributes['session.replay.final'] === false)).toBe(true);
});

test('leaving the page sends a final chunk, even when nothing was waiting', async () => {
  start();
  await vi.advanceTimersByTimeAsync(3000);
  window.dispatchEvent(new Event('pagehide'));
  await vi.advanceTimersByTimeAsync(0);
  expect(receiver.chunks().map(({ attributes }) => attributes['session.replay.final'])).toEqual([false, true]);
  expect(seqs(receiver.chunks())).toEqual([0, 1]);
});

test('a tail above the quota is split: what fits goes with keepalive, the rest as ordinary requests', async () => {
  start();
  await vi.advanceTimersByTimeAsync(3000);
  rrweb.current.change(200_000);
  rrweb.current.change(100);
  receiver.posted.length = 0;
  window.dispatchEvent(new Event('pagehide'));
  await vi.advanceTimersByTimeAsync(0);
  const sent = receiver.posted.filter(({ init }) => init.keepalive).reduce((sum, { init }) => sum + (init.body as Uint8Array).length, 0);
  expect(sent).toBeLessThan(64 * 1024);
  expect(receiver.posted.some(({ init }) => !init.keepalive)).toBe(true);
  expect(JSON.stringify(receiver.chunks().flatMap(chunkEvents))).toContain('change-1-');
});

test('a page that comes back from the back/forward cache records on as a new tab with a checkpoint', async () => {
  start();
  await vi.advanceTimersByTimeAsync(3000);
  window.dispatchEvent(new Event('pagehide'));
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await vi.advanceTimersByTimeAsync(3000);
  const last = receiver.chunks().at(-1);
  expect(last?.attributes).toMatchObject({ 'session.replay.seq': 0, 'session.replay.checkpoint': true });
  expect(tabs(receiver.chunks())).toHaveLength(2);
  expect(receiver.events('session.start')).toHaveLength(1);
  expect(receiver.events('browser.navigation').at(-1)?.attributes['browser.navigation.type']).toBe('traverse');
});

test('what is identified goes with everything after it', async () => {
  const handle = start();
  handle.identify({ id: 'u1', email: 'ada@example.com', plan: 'pro' });
  handle.track('cart.added', { sku: 'k7', count: 2 });
  handle.recordException(new Error('handled'));
  await vi.advanceTimersByTimeAsync(3000);
  const user = { 'user.id': 'u1', 'user.email': 'ada@example.com', 'user.plan': 'pro' };
  expect(receiver.events('session.identify')[0]?.attributes).toMatchObject(user);
  expect(receiver.events('cart.added')[0]?.attributes).toMatchObject({ ...user, sku: 'k7', count: 2, 'url.full': 'https://shop.test/cart' });
  expect(receiver.events('exception')[0]?.attributes).toMatchObject(user);
  expect(receiver.events('session.start')[0]?.attributes).not.toHaveProperty(['user.id']);
});

test('an event cannot pretend to be of another session', async () => {
  const handle = start();
  handle.track('x', { 'session.id': 'forged', long: 'l'.repeat(10_000) });
  await vi.advanceTimersByTimeAsync(3000);
  expect(receiver.events('x')[0]?.attributes['session.id']).toBe(handle.getSessionId());
  expect(String(receiver.events('x')[0]?.attributes['long'])).toHaveLength(4096);
});

test('a refused chunk ends the recording of that tab visibly; it begins again with a checkpoint', async () => {
  const onWarning = vi.fn();
  start({ onWarning });
  await vi.advanceTimersByTimeAsync(3000);
  rrweb.current.change();
  receiver.answers.push(401);
  await vi.advanceTimersByTimeAsync(6000);
  rrweb.current.change();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(onWarning.mock.calls.map(([reason]) => reason as string)).toEqual(['refused_401', 'replay_refused']);
  expect(warn).toHaveBeenCalledTimes(2);
  expect(receiver.events('session.replay.dropped')[0]?.attributes).toMatchObject({ 'session.replay.dropped.reason': 'refused', 'session.replay.tab': tabs(receiver.chunks())[0] });
  expect(seqs(receiver.chunks())).toEqual([0, 0]);
  expect(receiver.chunks()[1]?.attributes['session.replay.checkpoint']).toBe(true);
});

test('with the receiver away the buffer stays bounded, the gap is said, and recording goes on when there is room', async () => {
  start();
  await vi.advanceTimersByTimeAsync(3000);
  receiver.answers.push(...Array.from({ length: 60 }, () => 'offline' as const));
  for (let i = 0; i < 60; i++) {
    rrweb.current.change(1024 * 1024);
    await vi.advanceTimersByTimeAsync(5000);
  }
  receiver.answers.length = 0;
  press();
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
  rrweb.current.change();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(receiver.events('session.replay.dropped')[0]?.attributes['session.replay.dropped.reason']).toBe('buffer_full');
  const byTab = tabs(receiver.chunks()).map((tab) => receiver.chunks().filter(({ attributes }) => attributes['session.replay.tab'] === tab));
  expect(byTab).toHaveLength(2);
  byTab.forEach((chunks) => expect(seqs(chunks)).toEqual(chunks.map((_, index) => index)));
  const bytes = byTab[0]?.reduce((sum, { attributes }) => sum + Number(attributes['session.replay.size']), 0);
  expect(bytes).toBeLessThan(34 * 1024 * 1024);
  expect(byTab[1]?.[0]?.attributes['session.replay.checkpoint']).toBe(true);
});

test('a second init says so and changes nothing', () => {
  const onWarning = vi.fn();
  const first = start();
  expect(sdk.init({ endpoint: 'https://other.test', serviceName: 'other', onWarning })).toBe(first);
  expect(onWarning).toHaveBeenCalledWith('already_initialised', expect.any(String));
});

test.each<[string, object | undefined, string]>([
  ['no options', undefined, 'bad_endpoint'],
  ['no endpoint', { serviceName: 'a' }, 'bad_endpoint'],
  ['an endpoint that is no address', { endpoint: 'http://', serviceName: 'a' }, 'bad_endpoint'],
  ['an endpoint that is no http address', { endpoint: 'ftp://x', serviceName: 'a' }, 'bad_endpoint'],
  ['no service name', { endpoint: ENDPOINT }, 'bad_service_name'],
])('%s: nothing is recorded, the reason is said, nothing is thrown', (_, options, reason) => {
  const onWarning = vi.fn();
  expect(sdk.init((options && { ...options, onWarning }) as unknown as Options)).toBeUndefined();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]?.[0]).toContain('nothing is recorded');
  if (options) expect(onWarning).toHaveBeenCalledWith(reason, expect.any(String));
  expect(() => sdk.track('x')).not.toThrow();
});

test('an endpoint relative to the page works, for a proxy of the page\'s own', async () => {
  window.happyDOM.setURL(`${ENDPOINT}/shop/`);
  start({ endpoint: '/telemetry/' });
  await vi.advanceTimersByTimeAsync(3000);
  expect(receiver.posted[0]?.url).toBe(`${ENDPOINT}/telemetry/v1/logs`);
});

test('onWarning that throws, and a recorder that throws, reach nobody', async () => {
  rrweb.current.record.takeFullSnapshot = () => { throw new Error('rrweb broke'); };
  const onWarning = vi.fn(() => { throw new Error('page broke'); });
  start({ onWarning });
  await vi.advanceTimersByTimeAsync(20 * MINUTE);
  expect(() => press()).not.toThrow();
  await vi.advanceTimersByTimeAsync(1000);
  expect(onWarning).toHaveBeenCalledWith('snapshot_failed', expect.stringContaining('rrweb broke'));
});

test('calls before init do nothing and say so once', () => {
  sdk.identify({ id: 'early' });
  sdk.identify({ id: 'early' });
  expect(warn).toHaveBeenCalledTimes(1);
});

test('without the screen, events still arrive', async () => {
  const handle = start({ recordReplay: false });
  handle.track('x');
  await vi.advanceTimersByTimeAsync(3000);
  expect(rrweb.current.options).toBeUndefined();
  expect(receiver.events('x')[0]?.attributes['session.replay.tab']).toMatch(/^[0-9a-f]{16}$/);
});

test('each checkpoint says which colour scheme the visitor prefers, and a change of it makes a new one', async () => {
  const query = Object.assign(new EventTarget(), { matches: false });
  vi.stubGlobal('matchMedia', () => query);
  start();
  await vi.advanceTimersByTimeAsync(2000);
  query.matches = true;
  query.dispatchEvent(new Event('change'));
  await vi.advanceTimersByTimeAsync(8000);
  const metas = receiver.chunks().flatMap(chunkEvents).filter(({ type }) => type === 4);
  expect(metas.map(({ data }) => (data as { colorScheme?: string }).colorScheme)).toEqual(['light', 'dark']);
  expect(receiver.chunks().map(({ attributes }) => attributes['session.replay.checkpoint'])).toEqual([true, true]);
});

test('shutdown sends what is waiting and gives the page its own functions back', async () => {
  const before = [window.fetch, history.pushState, console.log];
  const handle = start({ captureConsole: true });
  expect([window.fetch, history.pushState, console.log]).not.toEqual(before);
  await handle.shutdown();
  expect([window.fetch, history.pushState, console.log]).toEqual(before);
  expect(rrweb.current.stopped).toBe(true);
  expect(receiver.chunks()).toHaveLength(1);
  const sent = receiver.posted.length;
  press();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(receiver.posted).toHaveLength(sent);
});

test('the version that is sent is the package\'s', () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string };
  expect(sdk.VERSION).toBe(version);
});
