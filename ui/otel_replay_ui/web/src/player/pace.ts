/** How fast the session's clock runs: as the viewer chose, and a little faster while the newest of a live session is caught up with. */

import type { Clock } from './clock';

/** How far behind the newest data a live session is watched. */
const LAG_MS = 1500;
/** Who follows and has fallen behind by more than this is taken forward to it. */
const LATEST_MS = 2500;
/** What has come in is played within this, at up to so many times the speed: the browser sends the next after 1.5 s, and who follows would fall behind a little more with each. */
const PART_MS = 800;
const MOST_HURRY = 2;

/** Where a live session of `duration` is joined. */
export function liveEdge(duration: number): number {
  return duration - LAG_MS;
}

export class Pace {
  private chosen = 1;
  private hurry = 1;
  private follows = false;

  /** `onRate` is told of each change of the clock's speed. */
  constructor(
    private readonly clock: Clock,
    private readonly onRate: (rate: number) => void,
  ) {}

  /** As the viewer chose it. */
  get speed(): number {
    return this.chosen;
  }

  setSpeed(speed: number): void {
    this.chosen = speed;
    this.apply();
  }

  /** The viewer wants the newest of a live session. */
  get following(): boolean {
    return this.follows;
  }

  follow(): void {
    this.follows = true;
  }

  unfollow(): void {
    this.follows = false;
    this.hurry = 1;
    this.apply();
  }

  /** The session is known up to `duration` now. Each late answer would otherwise leave who follows further behind for good. */
  catchUp(duration: number): void {
    if (!this.follows) return;
    if (duration - this.clock.time > LATEST_MS) this.clock.set(liveEdge(duration));
    this.hurry = Math.max(1, Math.min(MOST_HURRY, (duration - this.clock.time) / PART_MS));
    this.apply();
  }

  private apply(): void {
    const rate = this.chosen * this.hurry;
    if (rate === this.clock.speed) return;
    this.clock.setSpeed(rate);
    this.onRate(rate);
  }
}
