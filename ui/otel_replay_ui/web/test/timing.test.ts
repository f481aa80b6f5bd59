import { describe, expect, it } from 'vitest';
import { firstPointer, splitMoves } from '../src/player/rrweb';
import { SessionTiming } from '../src/player/timing';

const event = (timestamp: number) => ({ type: 3, timestamp, data: { source: 0 } });

describe('SessionTiming', () => {
  it('takes the place of a part from the manifest, so a wrong browser clock does not matter', () => {
    const placed = new SessionTiming().place([event(5000), event(5250)], 40);
    expect(placed.map(({ timestamp }) => timestamp)).toEqual([40, 290]);
  });

  it('never goes back in time when the clock was set back', () => {
    const timing = new SessionTiming();
    timing.place([event(5000), event(6000)], 0);
    const later = timing.place([event(2000), event(2300)], 400);
    expect(later.map(({ timestamp }) => timestamp)).toEqual([1000, 1000]);
  });

  it('does not change the events it was given', () => {
    const original = event(5000);
    new SessionTiming().place([original], 0);
    expect(original.timestamp).toBe(5000);
  });
});

describe('splitMoves', () => {
  it('gives each position of the pointer its own time', () => {
    const positions = [
      { x: 1, y: 1, id: 1, timeOffset: -400 },
      { x: 9, y: 9, id: 1, timeOffset: 0 },
    ];
    const split = splitMoves({ type: 3, timestamp: 1000, data: { source: 1, positions } });
    expect(split.map(({ timestamp }) => timestamp)).toEqual([600, 1000]);
    expect(split[0]!.data['positions']).toEqual([{ x: 1, y: 1, id: 1, timeOffset: 0 }]);
  });

  it('leaves other events alone', () => {
    const mutation = { type: 3, timestamp: 5, data: { source: 0, positions: [] } };
    expect(splitMoves(mutation)).toEqual([mutation]);
  });
});

describe('the pointer', () => {
  const at = (timestamp: number, source: number) => ({ type: 3, timestamp, data: { source } });

  it('is known from the first event that says where it is', () => {
    expect(firstPointer([{ type: 2, timestamp: 1, data: {} }, at(2, 0), at(3, 3), at(4, 2), at(5, 1)])).toBe(4);
    expect(firstPointer([at(2, 0)])).toBe(Infinity);
  });
});
