/** A colour per service: chosen by its name, moved on only when another service of the page has it. */

import { hash } from '../lib/person';

const COLORS = 10;

/** Services of one trace get different colours as long as there are enough. */
const assigned = new Map<string, number>();

export function serviceColor(service: string): string {
  let index = assigned.get(service);
  if (index === undefined) {
    index = firstFree(hash(service, COLORS));
    assigned.set(service, index);
  }
  return `var(--service-${index})`;
}

function firstFree(wanted: number): number {
  const taken = new Set(assigned.values());
  for (let step = 0; step < COLORS; step += 1) {
    const index = (wanted + step) % COLORS;
    if (!taken.has(index)) return index;
  }
  return wanted;
}
