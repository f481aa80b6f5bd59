import { describe, expect, it } from 'vitest';
import { jumpFrom } from '../src/player/jump';
import { event } from './samples';

const events = [event('session', 0), event('navigation', 100), event('click', 2000), event('error', 2000.2), event('request', 3000), event('backend_error', 5000), event('navigation', 9000)];

describe('jumping', () => {
  it.each([
    ['event', 1, 100, 2000],
    ['event', -1, 2000, 100],
    ['event', -1, 100, null],
    ['error', 1, 0, 2000.2],
    ['error', 1, 2000.2, 5000],
    ['error', 1, 5000, null],
    ['page', -1, 5000, 100],
    ['click', 1, 0, 2000],
  ] as const)('to an %s, direction %d, from %d, leads to %s', (kind, direction, t, expected) => {
    expect(jumpFrom(events, kind, direction, t, false)).toBe(expected);
  });

  it('takes two events at the same moment as one step', () => {
    expect(jumpFrom(events, 'event', 1, 2000, false)).toBe(3000);
  });

  it('goes back past what has just gone by while it plays', () => {
    expect(jumpFrom(events, 'event', -1, 3400, true)).toBe(2000.2);
    expect(jumpFrom(events, 'event', -1, 3400, false)).toBe(3000);
  });
});
