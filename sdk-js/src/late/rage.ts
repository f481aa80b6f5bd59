import type { ClickRules } from '../options';

/** Tells for each click how many it ends in a row when they are a rage click; 0 otherwise. A run is told once. */
export function createRage({ rageCount = 3, rageMs = 1000, rageRadiusPx = 30 }: ClickRules): (event: MouseEvent) => number {
  let run: { readonly x: number; readonly y: number; readonly at: number }[] = [];
  let told = false;
  return ({ clientX: x, clientY: y, timeStamp: at }) => {
    const near = run.filter((click) => at - click.at <= rageMs && Math.hypot(click.x - x, click.y - y) <= rageRadiusPx);
    if (near.length === 0) told = false;
    run = [...near, { x, y, at }];
    if (told || run.length < rageCount) return 0;
    told = true;
    return run.length;
  };
}
