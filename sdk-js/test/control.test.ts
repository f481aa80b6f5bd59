import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createFilter } from '../src/before-send';
import { isSampled } from '../src/control';
import { createDrops } from '../src/delivery/drops';
import { Gate } from '../src/gate';
import { createRage } from '../src/late/rage';
import { createStates } from '../src/late/state';
import { TabStream } from '../src/late/stream';
import type { ChunkDraft } from '../src/delivery/chunk';
import { sessionLogProcessor, sessionProvider, sessionSpanProcessor } from '../src/opentelemetry';
import type { Attributes, LogRecord } from '../src/otlp/model';
import { randomHex } from '../src/ids';
import { Warnings } from '../src/warnings';
import { testPrivacy } from './privacy';
import type { eventWithTime } from '@rrweb/types';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('sampling takes the share it is told to, and the same sessions whenever it is asked', () => {
  const ids = Array.from({ length: 4000 }, () => randomHex(16));
  const share = ids.filter((id) => isSampled(id, 0.25)).length / ids.length;
  expect(share).toBeGreaterThan(0.21);
  expect(share).toBeLessThan(0.29);
  expect(ids.every((id) => isSampled(id, 0.25) === isSampled(id, 0.25))).toBe(true);
  expect(ids.some((id) => isSampled(id, 0))).toBe(false);
  expect(ids.every((id) => isSampled(id, 1))).toBe(true);
});

test('a closed gate keeps the last minute, in order', () => {
  const sent: number[] = [];
  const gate = new Gate(false);
  [1, 2, 3].forEach((n) => {
    gate.push(() => sent.push(n));
    vi.advanceTimersByTime(25_000);
  });
  gate.push(() => sent.push(4));
  gate.open();
  gate.push(() => sent.push(5));
  expect(sent).toEqual([2, 3, 4, 5]);
});

test('a held recording keeps a minute from a checkpoint on, and is numbered from 0 when it is released', () => {
  const chunks: ChunkDraft[] = [];
  let t = Date.now();
  const push = (type: number, data: object): void => stream.push({ type, data, timestamp: t } as unknown as eventWithTime);
  const snapshot = (): void => [4, 2].forEach((type) => push(type, { node: {} }));
  const stream: TabStream = new TabStream('s', 't', { prepare: (event) => event, onStorm: vi.fn(), onChunk: (chunk) => chunks.push(chunk), onCheckpointDue: snapshot, onBroken: vi.fn(), elements: () => 1 }, true);
  const begun = t;
  snapshot();
  for (let second = 0; second < 300; second += 2) {
    push(3, { source: 2 });
    vi.advanceTimersByTime(2000);
    t += 2000;
  }
  expect(chunks).toEqual([]);
  stream.release();
  expect(chunks.map(({ seq }) => seq)).toEqual(chunks.map((_, index) => index));
  expect(chunks[0]?.checkpoint).toBe(true);
  expect(t - (chunks[0]?.startMs ?? 0)).toBeGreaterThanOrEqual(60_000);
  expect((chunks[0]?.startMs ?? 0) - begun).toBeGreaterThan(100_000);
});

test('more changes than a page can carry end the recording visibly', () => {
  const onStorm = vi.fn();
  const stream = new TabStream('s', 't', { prepare: (event) => event, onStorm, onChunk: vi.fn(), onCheckpointDue: vi.fn(), onBroken: vi.fn(), elements: () => 1 });
  stream.push({ type: 4, data: {}, timestamp: 0 } as unknown as eventWithTime);
  stream.push({ type: 3, data: { source: 0, adds: Array.from({ length: 300_001 }, () => 0) }, timestamp: 0 } as unknown as eventWithTime);
  expect(onStorm).toHaveBeenCalledWith(300_001);
});

test('three clicks within a second and 30 px are a rage click, once per run', () => {
  const rage = createRage({});
  const click = (clientX: number, timeStamp: number): number => rage({ clientX, clientY: 0, timeStamp } as MouseEvent);
  expect([click(0, 0), click(10, 300), click(5, 600), click(5, 700)]).toEqual([0, 0, 3, 0]);
  expect([click(500, 5000), click(0, 5100), click(500, 5200), click(500, 6500)]).toEqual([0, 0, 0, 0]);
});

const record = (eventName: string): LogRecord => ({ eventName, timeMs: 0, observedMs: 0, attributes: { a: 1 } });

test('beforeSend changes, drops and counts; what it throws at is not sent', () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const drops = createDrops(() => undefined);
  const filter = createFilter((item) => {
    if (item.kind !== 'event' || item.name === 'gone') return null;
    if (item.name === 'bad') throw new Error('oops');
    item.attributes['a'] = 2;
    return item;
  }, new Warnings(), drops);
  expect(filter.event(record('kept'))?.attributes).toEqual({ a: 2 });
  expect(filter.event(record('gone'))).toBeUndefined();
  expect(filter.event(record('bad'))).toBeUndefined();
  expect(drops.take()).toEqual({ before_send: 2 });
  expect(drops.take()).toBeUndefined();
});

test('states are reported as what changed, secrets masked, cycles cut', () => {
  const emitted: Attributes[] = [];
  const state = createStates({ emit: (_, { attributes }) => emitted.push(attributes), privacy: testPrivacy() });
  const cyclic: Record<string, unknown> = { n: 1, user: { name: 'Ada', token: 'abc' } };
  cyclic['self'] = cyclic;
  state('store', cyclic, { type: 'init' });
  state('store', { n: 2, user: { name: 'Ada' } }, 'next');
  const changes = emitted.map((one) => JSON.parse(String(one['browser.state.changes'])) as object);
  expect(changes[0]).toEqual({ n: '1', 'user.name': 'Ada', 'user.token': '******', self: '…' });
  expect(changes[1]).toEqual({ n: '2', 'user.token': null, self: null });
  expect(emitted.map((one) => one['browser.state.action'])).toEqual(['init', 'next']);
});

test('processors for OpenTelemetry JS do nothing while nothing is recorded', async () => {
  const setAttribute = vi.fn();
  sessionSpanProcessor().onStart({ setAttribute });
  sessionLogProcessor().onEmit({ setAttribute });
  await sessionSpanProcessor().forceFlush();
  expect(setAttribute).not.toHaveBeenCalled();
  expect(sessionProvider.getSessionId()).toBeNull();
});
