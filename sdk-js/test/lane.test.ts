import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Item } from '../src/delivery/item';
import { Lane, type LaneOptions } from '../src/delivery/lane';
import type { Outcome } from '../src/delivery/transport';

class Numbered implements Item {
  order = 0;
  handedOver = false;
  ready: boolean;
  get key(): string {
    return String(this.value);
  }
  constructor(
    readonly value: number,
    readonly size = 100,
    ready = true,
  ) {
    this.ready = ready;
  }

  stored(): never {
    throw new Error('nobody asks for it here');
  }
}

const RETRY: Outcome = { kind: 'retry', retryAfterMs: 0, cause: 'status 503' };
const DELIVERED: Outcome = { kind: 'delivered' };

function open(answer: (values: number[]) => Outcome | Promise<Outcome>) {
  const delivered: number[] = [];
  const refused: number[] = [];
  const requests: { values: number[]; closing: boolean }[] = [];
  const options: LaneOptions<Numbered> = {
    path: '/v1/logs',
    encode: (items) => Uint8Array.from(items, ({ value }) => value),
    send: async (_, body, closing) => {
      const values = Array.from(body);
      requests.push({ values, closing });
      return answer(values);
    },
    settle: (item) => (item.ready = true),
    onDelivered: (items) => delivered.push(...items.map(({ value }) => value)),
    onRefused: (items) => refused.push(...items.map(({ value }) => value)),
    onRetry: () => undefined,
  };
  return { lane: new Lane(options), delivered, refused, requests };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('what comes within the interval goes in one request', async () => {
  const { lane, requests } = open(() => DELIVERED);
  upTo(5).forEach((value) => lane.add(new Numbered(value), 2000));
  await vi.advanceTimersByTimeAsync(1999);
  expect(requests).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(requests).toEqual([{ values: upTo(5), closing: false }]);
});

test('nothing is lost, repeated or reordered under random failures', async () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  // The backoff's own chance, too: the course is the same each time.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { lane, delivered, requests } = open(() => new Promise((resolve) => {
    const outcome = random() < 0.5 ? RETRY : DELIVERED;
    setTimeout(() => resolve(outcome), random() * 300);
  }));
  for (const value of upTo(200)) {
    lane.add(new Numbered(value), 100);
    await vi.advanceTimersByTimeAsync(random() * 400);
  }
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(delivered).toEqual(upTo(200));
  expect(requests.length).toBeGreaterThan(20);
  vi.restoreAllMocks();
  expect(lane.count).toBe(0);
});

test('an item that is not ready holds back what lies behind it, so that order is kept', async () => {
  const { lane, requests } = open(() => DELIVERED);
  const compressing = new Numbered(1, 100, false);
  [new Numbered(0), compressing, new Numbered(2)].forEach((item) => lane.add(item, 0));
  await vi.advanceTimersByTimeAsync(10);
  expect(requests.map(({ values }) => values)).toEqual([[0]]);
  compressing.ready = true;
  lane.wake();
  await vi.advanceTimersByTimeAsync(10);
  expect(requests.map(({ values }) => values)).toEqual([[0], [1, 2]]);
});

test('a big item travels alone, small ones share a request', async () => {
  const { lane, requests } = open(() => DELIVERED);
  [new Numbered(0), new Numbered(1, 5_000_000), new Numbered(2), new Numbered(3)].forEach((item) => lane.add(item, 0));
  await vi.advanceTimersByTimeAsync(10);
  expect(requests.map(({ values }) => values)).toEqual([[0], [1], [2, 3]]);
});

test('waits double up to a minute, and a success forgets them', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  let answer: Outcome = RETRY;
  const at: number[] = [];
  const { lane } = open(() => {
    at.push(Date.now());
    return answer;
  });
  lane.add(new Numbered(0), 0);
  await vi.advanceTimersByTimeAsync(300_000);
  const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  expect(waits.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]);
  answer = DELIVERED;
  await vi.advanceTimersByTimeAsync(60_000);
  answer = RETRY;
  at.length = 0;
  lane.add(new Numbered(1), 0);
  await vi.advanceTimersByTimeAsync(1500);
  expect(at).toHaveLength(2);
});

test('Retry-After is the least that is waited', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { lane, requests } = open(() => ({ kind: 'retry', retryAfterMs: 7000, cause: 'status 429' }));
  lane.add(new Numbered(0), 0);
  await vi.advanceTimersByTimeAsync(6990);
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(20);
  expect(requests).toHaveLength(2);
});

test('the network coming back ends a wait', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const outcomes = [RETRY, RETRY, RETRY, RETRY, RETRY, RETRY];
  const { lane, delivered } = open(() => outcomes.shift() ?? DELIVERED);
  lane.add(new Numbered(0), 0);
  await vi.advanceTimersByTimeAsync(32_000);
  expect(delivered).toEqual([]);
  lane.retryNow();
  await vi.advanceTimersByTimeAsync(1);
  expect(delivered).toEqual([0]);
});

test('a refused request is taken apart until the bad item stands alone', async () => {
  const { lane, delivered, refused } = open((values) => (values.includes(3) ? { kind: 'refused', status: 400, message: '' } : DELIVERED));
  upTo(6).forEach((value) => lane.add(new Numbered(value), 0));
  await vi.advanceTimersByTimeAsync(100);
  expect(delivered).toEqual([0, 1, 2, 4, 5]);
  expect(refused).toEqual([3]);
});

test('a request that cannot be encoded is given up and does not block the lane', async () => {
  const { lane, delivered, refused } = open((values) => {
    if (values.includes(0)) throw new Error('bad value');
    return DELIVERED;
  });
  lane.add(new Numbered(0), 0);
  await vi.advanceTimersByTimeAsync(10);
  lane.add(new Numbered(1), 0);
  await vi.advanceTimersByTimeAsync(10);
  expect([refused, delivered]).toEqual([[0], [1]]);
});

test('flush sends everything now and resolves when it was answered', async () => {
  const { lane, delivered } = open(() => DELIVERED);
  [new Numbered(0), new Numbered(1, 1_000_000), new Numbered(2, 100, false)].forEach((item) => lane.add(item, 60_000));
  await lane.flush();
  expect(delivered).toEqual([0, 1, 2]);
});

test('flush resolves when the receiver cannot be reached, and keeps the items', async () => {
  const { lane } = open(() => RETRY);
  lane.add(new Numbered(0), 60_000);
  await lane.flush();
  expect(lane.count).toBe(1);
});

test('on hide what fits shares a request, what is too big goes alone, unready items included', async () => {
  const { lane, requests, delivered } = open(() => DELIVERED);
  const rooms = [1000, 150, 150];
  [new Numbered(0, 400), new Numbered(1, 400), new Numbered(2, 900), new Numbered(3, 100, false)].forEach((item) => lane.add(item, 5000));
  lane.flushOnHide(() => rooms.shift() ?? 0, () => false);
  await vi.advanceTimersByTimeAsync(0);
  expect(requests.map(({ values }) => values)).toEqual([[0, 1], [2], [3]]);
  expect(delivered).toEqual([0, 1, 2, 3]);
});

test('what fails on hide goes back to its place when the page lives on', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const outcomes = [RETRY, RETRY];
  const { lane, delivered } = open(() => outcomes.shift() ?? DELIVERED);
  [new Numbered(0, 400), new Numbered(1, 400)].forEach((item) => lane.add(item, 5000));
  lane.flushOnHide(() => 500, () => false);
  lane.add(new Numbered(2), 0);
  await vi.advanceTimersByTimeAsync(5000);
  expect(delivered).toEqual([0, 1, 2]);
});

test('what an earlier page left is sent by a page that is only hidden, though nothing new comes', async () => {
  const { lane, delivered, requests } = open(() => DELIVERED);
  [Object.assign(new Numbered(0), { restored: true }), new Numbered(1)].forEach((item) => lane.add(item, 5000));
  lane.flushOnHide(() => 1000, () => false);
  await vi.advanceTimersByTimeAsync(999);
  expect(requests).toEqual([{ values: [1], closing: true }]);
  await vi.advanceTimersByTimeAsync(1);
  expect(delivered).toEqual([1, 0]);
});

test('leaving sends once more what is under way and may be cancelled', async () => {
  const { lane, requests } = open(() => new Promise(() => undefined));
  lane.add(new Numbered(0), 0);
  await vi.advanceTimersByTimeAsync(1);
  lane.flushOnHide(() => 1000, () => true);
  expect(requests).toEqual([{ values: [0], closing: false }, { values: [0], closing: true }]);
});
