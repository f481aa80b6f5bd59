import type { Late } from './late';
import type { Core } from './core';

/** How the second file of the script tag hands itself to the first. */
export const LATE = Symbol.for('otel_replay.late');

const tag = document.currentScript as HTMLScriptElement | null;

/**
 * Loads `otel-late.js` from beside the script, under the same policy. From the page's own origin with `import()`, which has
 * the script's nonce and which Trusted Types leave alone; from others, where that would need CORS, with an element.
 */
export async function loadLate(): Promise<(core: Core) => Late> {
  const url = tag?.dataset['late'] ?? (tag?.src ?? '').replace(/[^/]*$/, 'otel-late.js');
  const shared = globalThis as { [LATE]?: unknown };
  const ours = new URL(url, location.href).origin === location.origin;
  // The file learns its own address, which may serve as a worker's.
  shared[LATE] = ours ? url : undefined;
  await (ours ? import(url) : insert(url));
  const start = shared[LATE];
  if (typeof start !== 'function') throw new Error(`${url} did not load`);
  return start as (core: Core) => Late;
}

function insert(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.nonce = tag?.nonce ?? '';
    script.src = url;
    script.onload = () => resolve();
    script.onerror = reject;
    (document.head ?? document.documentElement).append(script);
  });
}
