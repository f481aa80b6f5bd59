import { describe, expect, it } from 'vitest';
import { Clock } from '../src/player/clock';
import { liveEdge, Pace } from '../src/player/pace';

function at(time: number) {
  const clock = new Clock(() => 0);
  const rates: number[] = [];
  clock.set(time);
  return { clock, rates, pace: new Pace(clock, (rate) => rates.push(rate)) };
}

describe('Pace', () => {
  it('takes who follows and fell behind forward to the newest', () => {
    const { clock, pace } = at(10_000);
    pace.follow();
    pace.catchUp(30_000);
    expect(clock.time).toBe(liveEdge(30_000));
  });

  it('leaves who does not follow where they are', () => {
    const { clock, pace, rates } = at(10_000);
    pace.catchUp(30_000);
    expect(clock.time).toBe(10_000);
    expect(rates).toEqual([]);
  });

  it.each([
    ['what is little at its own speed', 500, 1],
    ['what is more a little faster', 1200, 1.5],
    ['never at more than twice the speed', 2400, 2],
  ])('plays %s', (_, ahead, rate) => {
    const { clock, pace } = at(10_000);
    pace.follow();
    pace.catchUp(10_000 + ahead);
    expect(clock.speed).toBe(rate);
    expect(clock.time).toBe(10_000);
  });

  it('hurries besides the speed that was chosen, and goes back to it', () => {
    const { clock, pace, rates } = at(10_000);
    pace.setSpeed(4);
    pace.follow();
    pace.catchUp(11_200);
    pace.unfollow();
    expect(rates).toEqual([4, 6, 4]);
    expect(clock.speed).toBe(4);
    expect(pace.speed).toBe(4);
    expect(pace.following).toBe(false);
  });
});
