import { describe, expect, it } from 'vitest';
import { Clock } from '../src/player/clock';
import { idleJump } from '../src/player/idle';

function ticking() {
  let now = 0;
  const clock = new Clock(() => now);
  return { clock, pass: (ms: number) => (now += ms) };
}

describe('Clock', () => {
  it('stands still until it is started', () => {
    const { clock, pass } = ticking();
    pass(500);
    expect(clock.time).toBe(0);
    clock.start();
    pass(500);
    expect(clock.time).toBe(500);
  });

  it('runs at its speed, and keeps the time when the speed changes', () => {
    const { clock, pass } = ticking();
    clock.start();
    pass(1000);
    clock.setSpeed(4);
    pass(1000);
    expect(clock.time).toBe(5000);
  });

  it('goes on from where it was set', () => {
    const { clock, pass } = ticking();
    clock.start();
    clock.set(9000);
    pass(100);
    clock.stop();
    pass(100);
    expect(clock.time).toBe(9100);
  });
});

describe('idleJump', () => {
  const base = { t: 1000, nextActivity: 60_000, moments: [], loadedUntil: Infinity, stops: [120_000] };

  it.each([
    ['to shortly before the next thing the user does', {}, 59_600],
    ['to shortly before an error', { moments: [500, 30_000] }, 29_600],
    ['never past what is loaded', { loadedUntil: 20_000 }, 19_600],
    ['never past a change of tab', { stops: [10_000, 120_000] }, 9600],
    ['to the end when nothing more happens', { nextActivity: null }, 119_600],
  ])('jumps %s', (_, changes, target) => {
    expect(idleJump({ ...base, ...changes })).toBe(target);
  });

  it('leaves short pauses as they are', () => {
    expect(idleJump({ ...base, nextActivity: 3500 })).toBeNull();
  });
});
