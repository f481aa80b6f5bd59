import type { eventWithTime } from '@rrweb/types';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ChunkDraft } from '../src/delivery/chunk';
import { CHUNK_MS, CHUNK_SIZE, FIRST_CHUNK_MS, TabStream } from '../src/late/stream';

let now: number;
beforeEach(() => {
  vi.useFakeTimers();
  now = Date.now();
});
afterEach(() => vi.useRealTimers());

let elements: number;
function open(holding = false) {
  elements = 10;
  const onStorm = vi.fn();
  const chunks: ChunkDraft[] = [];
  const onCheckpointDue = vi.fn();
  const onBroken = vi.fn();
  const stream = new TabStream('session', 'tab', { prepare: (event) => event, onStorm, onChunk: (chunk) => chunks.push(chunk), onCheckpointDue, onBroken, elements: () => elements }, holding);
  return { stream, chunks, onCheckpointDue, onBroken, onStorm };
}

const meta = (): eventWithTime => ({ type: 4, data: { href: 'x', width: 1, height: 1 }, timestamp: now }) as eventWithTime;
const snapshot = (size = 10): eventWithTime => ({ type: 2, data: { node: 'n'.repeat(size) }, timestamp: now }) as unknown as eventWithTime;
const change = (size = 10, at = now): eventWithTime => ({ type: 3, data: { source: 0, text: 'c'.repeat(size) }, timestamp: at }) as unknown as eventWithTime;

function types(chunk: ChunkDraft | undefined): number[] {
  return (JSON.parse(chunk?.json ?? '[]') as eventWithTime[]).map(({ type }) => type);
}

test('the first chunk leaves early and is a checkpoint, later ones follow every few seconds', () => {
  const { stream, chunks } = open();
  [meta(), snapshot()].forEach((event) => stream.push(event));
  vi.advanceTimersByTime(FIRST_CHUNK_MS);
  expect(chunks[0]).toMatchObject({ seq: 0, checkpoint: true, final: false, events: 2, sessionId: 'session', tab: 'tab' });
  stream.push(change(10, now + 1500));
  stream.push(change(10, now + 1900));
  vi.advanceTimersByTime(CHUNK_MS - 1);
  expect(chunks).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(chunks[1]).toMatchObject({ seq: 1, checkpoint: false, events: 2, startMs: now + 1500, endMs: now + 1900 });
});

test('nothing happens, nothing is sent', () => {
  const { stream, chunks } = open();
  [meta(), snapshot()].forEach((event) => stream.push(event));
  vi.advanceTimersByTime(FIRST_CHUNK_MS);
  vi.advanceTimersByTime(10 * 60_000);
  stream.cut();
  expect(chunks).toHaveLength(1);
});

test('events before the first snapshot cannot be played and are left out', () => {
  const { stream, chunks } = open();
  [change(), change(), meta(), snapshot()].forEach((event) => stream.push(event));
  stream.cut();
  expect(types(chunks[0])).toEqual([4, 2]);
});

test('a new snapshot begins a new chunk', () => {
  const { stream, chunks } = open();
  [meta(), snapshot(), change(), meta(), snapshot(), change()].forEach((event) => stream.push(event));
  stream.cut();
  expect(chunks.map(types)).toEqual([[4, 2, 3], [4, 2, 3]]);
  expect(chunks.map(({ checkpoint, seq }) => [seq, checkpoint])).toEqual([[0, true], [1, true]]);
});

test('a snapshot of any size travels whole with its Meta, without waiting', () => {
  const { stream, chunks } = open();
  [meta(), snapshot(20 * CHUNK_SIZE), change()].forEach((event) => stream.push(event));
  stream.cut();
  expect(chunks.map(types)).toEqual([[4, 2], [3]]);
  expect(chunks[0]?.json.length).toBeGreaterThan(20 * CHUNK_SIZE);
});

test('one event above the chunk size travels alone', () => {
  const { stream, chunks } = open();
  [meta(), snapshot(), change(), change(CHUNK_SIZE + 1), change(), change()].forEach((event) => stream.push(event));
  stream.cut();
  expect(chunks.map(types)).toEqual([[4, 2, 3], [3], [3, 3]]);
});

test('many small events are cut near the chunk size, whole events only', () => {
  const { stream, chunks } = open();
  [meta(), snapshot()].forEach((event) => stream.push(event));
  for (let i = 0; i < 1000; i++) stream.push(change(1000));
  stream.cut();
  expect(chunks.length).toBeGreaterThan(3);
  expect(chunks.every(({ json }) => json.length <= CHUNK_SIZE + 2000)).toBe(true);
  expect(chunks.reduce((sum, { events }) => sum + events, 0)).toBe(1002);
});

test('what is left after a cut by size does not wait for another event', () => {
  const { stream, chunks } = open();
  [meta(), snapshot(), change(CHUNK_SIZE + 1), change()].forEach((event) => stream.push(event));
  vi.advanceTimersByTime(CHUNK_MS + FIRST_CHUNK_MS);
  expect(chunks.reduce((sum, { events }) => sum + events, 0)).toBe(4);
});

test('a checkpoint is due when the increments outweigh the snapshot', () => {
  const { stream, onCheckpointDue } = open();
  [meta(), snapshot(2_700_000)].forEach((event) => stream.push(event));
  for (let i = 0; i < 26; i++) stream.push(change(100_000));
  vi.advanceTimersByTime(2000);
  expect(onCheckpointDue).not.toHaveBeenCalled();
  for (let i = 0; i < 2; i++) stream.push(change(100_000));
  vi.advanceTimersByTime(2000);
  expect(onCheckpointDue).toHaveBeenCalledTimes(1);
});

test('what the page has grown by does not make a checkpoint due, for the next one would weigh as much', () => {
  const { stream, onCheckpointDue } = open();
  [meta(), snapshot(1000)].forEach((event) => stream.push(event));
  elements = 100_000;
  for (let i = 0; i < 120; i++) stream.push(change(100_000));
  vi.advanceTimersByTime(2000);
  expect(onCheckpointDue).not.toHaveBeenCalled();
  for (let i = 0; i < 140; i++) stream.push(change(100_000));
  vi.advanceTimersByTime(2000);
  expect(onCheckpointDue).toHaveBeenCalledTimes(1);
});

test('a change of many nodes is cut into pieces that say the same in the same order', () => {
  const { stream, chunks } = open();
  const many = (name: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${name} ${at}`);
  const data = { source: 0, removes: ['gone'], adds: many('added', 2500), texts: ['text'], attributes: many('changed', 1200) };
  [meta(), snapshot(), { type: 3, data, timestamp: now } as unknown as eventWithTime].forEach((event) => stream.push(event));
  stream.cut();
  const pieces = chunks.flatMap(({ json }) => JSON.parse(json) as { type: number; data: typeof data; timestamp: number }[]).filter(({ type }) => type === 3);
  const joined = (field: 'removes' | 'adds' | 'texts' | 'attributes'): string[] => pieces.flatMap((piece) => piece.data[field]);
  expect({ removes: joined('removes'), adds: joined('adds'), texts: joined('texts'), attributes: joined('attributes'), source: 0 }).toEqual(data);
  expect(pieces.every((piece) => piece.timestamp === now && piece.data.source === 0 && piece.data.adds.length + piece.data.attributes.length <= 1000)).toBe(true);
  const kinds = pieces.map((piece) => Object.entries(piece.data).flatMap(([field, list]) => (Array.isArray(list) && list.length > 0 ? [field] : [])).join());
  expect(kinds).toEqual(['removes', 'adds', 'adds', 'adds', 'texts', 'attributes', 'attributes']);
});

test('more changes than a page can carry end the recording instead, also when the recorder left them out itself', () => {
  const { stream, onStorm } = open();
  [meta(), snapshot()].forEach((event) => stream.push(event));
  stream.push({ type: 3, data: { source: 0, adds: [], storm: 400_000 }, timestamp: now } as unknown as eventWithTime);
  expect(onStorm).toHaveBeenCalledWith(400_000);
});

test('a checkpoint is due after five minutes of activity, however small, but not after a long pause', () => {
  const { stream, onCheckpointDue } = open();
  [meta(), snapshot()].forEach((event) => stream.push(event));
  stream.push(change(10, now + 60 * 60_000));
  vi.advanceTimersByTime(2000);
  expect(onCheckpointDue).not.toHaveBeenCalled();
  for (let second = 0; second <= 300; second += 2) stream.push(change(10, now + 60 * 60_000 + second * 1000));
  vi.advanceTimersByTime(2000);
  expect(onCheckpointDue).toHaveBeenCalledTimes(1);
});

test('an event that cannot become JSON ends the stream visibly', () => {
  const { stream, onBroken } = open();
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  [meta(), snapshot(), { type: 3, data: cyclic, timestamp: now } as unknown as eventWithTime].forEach((event) => stream.push(event));
  stream.cut();
  expect(onBroken).toHaveBeenCalledTimes(1);
});

test('a closed stream cuts nothing more', () => {
  const { stream, chunks } = open();
  [meta(), snapshot()].forEach((event) => stream.push(event));
  stream.close();
  stream.push(change());
  stream.cut();
  vi.advanceTimersByTime(60_000);
  expect(chunks).toEqual([]);
});

test('the last chunk is marked', () => {
  const { stream, chunks } = open();
  [meta(), snapshot(), change(CHUNK_SIZE + 1), change()].forEach((event) => stream.push(event));
  stream.cut(true);
  expect(chunks.map(({ final }) => final)).toEqual([false, false, true]);
});

test('however much waits, the last chunk is one that a closing page can still send', () => {
  const { stream, chunks } = open();
  [meta(), snapshot(), change(100_000)].forEach((event) => stream.push(event));
  stream.end({ type: 5, data: {}, timestamp: now } as unknown as eventWithTime);
  expect(chunks.map(types)).toEqual([[4, 2, 3], [5]]);
  expect(chunks.map(({ final }) => final)).toEqual([false, true]);
});
