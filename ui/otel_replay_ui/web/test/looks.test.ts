import { describe, expect, test } from 'vitest';
import { Due, Looks } from '../src/session/looks';

describe('Looks', () => {
  test('are soon while somebody acts, but not before the browser sends again, and one a second otherwise', () => {
    let now = 0;
    const looks = new Looks(() => now);
    expect(looks.pauseMs()).toBe(1000);
    looks.news();
    expect(looks.pauseMs()).toBe(1100);
    expect(looks.pauseMs()).toBe(450);
    now = 5900;
    expect(looks.pauseMs()).toBe(450);
    now = 6000;
    expect(looks.pauseMs()).toBe(1000);
  });

  test('are little more than one a second, though somebody acts all the time', () => {
    let now = 0;
    const looks = new Looks(() => now);
    let count = 0;
    for (let sent = 0; now < 60_000; ) {
      now += looks.pauseMs();
      count += 1;
      if (Math.floor(now / 1500) > sent) {
        sent = Math.floor(now / 1500);
        looks.news();
      }
    }
    expect(count).toBeLessThanOrEqual(80);
  });
});

describe('Due', () => {
  function due(leastMs: number) {
    const clock = { now: 0 };
    return { clock, due: new Due(leastMs, () => clock.now) };
  }

  test('is nothing without news', () => {
    const { due: rows } = due(2000);
    expect(rows.any).toBe(false);
    expect(rows.now).toBe(false);
  });

  test('is not read again before its time, however much there is new', async () => {
    const { clock, due: rows } = due(2000);
    rows.news();
    expect(rows.now).toBe(true);
    await rows.run(async () => undefined);
    clock.now = 1999;
    rows.news();
    expect(rows.now).toBe(false);
    expect(rows.any).toBe(true);
    clock.now = 2000;
    expect(rows.now).toBe(true);
  });

  test('waits ten times as long as reading took', async () => {
    const { clock, due: rows } = due(2000);
    rows.news();
    await rows.run(async () => void (clock.now = 1000));
    clock.now = 9999;
    expect(rows.now).toBe(false);
    clock.now = 10_000;
    expect(rows.now).toBe(true);
  });

  test('goes on for a while after the last news, for what comes late, and then ends', async () => {
    const { clock, due: rows } = due(2000);
    const at: number[] = [];
    rows.news();
    for (; clock.now < 60_000; clock.now += 100) if (rows.now) await rows.run(async () => void at.push(clock.now));
    expect(at).toEqual([0, 2000, 4000, 9000, 14_000, 19_000]);
    expect(rows.any).toBe(false);
  });

  test('stays when reading fails', async () => {
    const { clock, due: rows } = due(2000);
    rows.news();
    await expect(rows.run(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    clock.now = 60_000;
    expect(rows.now).toBe(true);
  });
});
