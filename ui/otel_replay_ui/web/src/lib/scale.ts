/** Map between times and pixels, and choose where the ticks of an axis go. */

const STEPS_MS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000,
  15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
];

export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  x(time: number): number;
  time(x: number): number;
}

/** A linear scale of `from..to` over `0..width`; an empty range counts as 1 ms. */
export function linearScale(from: number, to: number, width: number): Scale {
  const span = Math.max(to - from, 1e-6) || 1;
  return {
    from,
    to: from + span,
    width,
    x: (time) => ((time - from) / span) * width,
    time: (x) => from + (x / Math.max(width, 1)) * span,
  };
}

/** Round times for ticks at least `minGapPx` apart. */
export function ticks(scale: Scale, minGapPx: number): number[] {
  const gap = (minGapPx / Math.max(scale.width, 1)) * (scale.to - scale.from);
  const step = STEPS_MS.find((candidate) => candidate >= gap) ?? STEPS_MS.at(-1)!;
  const first = Math.ceil(scale.from / step) * step;
  const result: number[] = [];
  for (let index = 0; first + index * step <= scale.to && index < 1000; index += 1) result.push(first + index * step);
  return result;
}
