/** The session's clock: one time for all tabs, running at a chosen speed, held while something loads. */

export class Clock {
  private base = 0;
  private since: number | null = null;
  private rate = 1;

  constructor(private readonly now: () => number = () => performance.now()) {}

  get time(): number {
    return this.since === null ? this.base : this.base + (this.now() - this.since) * this.rate;
  }

  get running(): boolean {
    return this.since !== null;
  }

  get speed(): number {
    return this.rate;
  }

  set(time: number): void {
    this.base = time;
    if (this.since !== null) this.since = this.now();
  }

  start(): void {
    if (this.since === null) this.since = this.now();
  }

  stop(): void {
    this.base = this.time;
    this.since = null;
  }

  setSpeed(rate: number): void {
    this.set(this.time);
    this.rate = rate;
  }
}
