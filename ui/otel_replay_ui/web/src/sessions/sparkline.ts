/** The activity of a session in one small picture. */

import { svg } from '../lib/dom';

const WIDTH = 112;
const HEIGHT = 22;

/** Bars; the tallest is full height. Square roots keep one burst from flattening the rest. */
export function sparkline(activity: number[]): SVGSVGElement {
  const most = Math.sqrt(Math.max(1, ...activity));
  const step = WIDTH / Math.max(1, activity.length);
  const bars = activity.map((count, index) => {
    const height = count === 0 ? 1 : Math.max(2.5, (Math.sqrt(count) / most) * HEIGHT);
    return svg('rect', { x: index * step, y: HEIGHT - height, width: Math.max(1, step - 1), height, rx: Math.min(1, step / 3), class: count === 0 ? 'quiet' : 'busy' });
  });
  return svg('svg', { class: 'sparkline', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...bars);
}
