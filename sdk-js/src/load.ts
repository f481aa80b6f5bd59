import type { Late } from './late';
import type { Core } from './core';

/** Loads what is not needed at once: the recorder, and signals that need nothing from before. Rejects when it cannot. */
export async function loadLate(): Promise<(core: Core) => Late> {
  return (await import('./late')).startLate;
}
