import type { Late } from './late';
import type { Core } from './core';

/** How the second file of the script tag hands itself to the first. */
export const LATE = Symbol.for('otel_replay.late');

const tag = document.currentScript as HTMLScriptElement | null;

/**
 * Loads `otel-late.js` from beside the script, under the same policy: with its nonce, and from its origin. Where Trusted
 * Types forbid setting an address, `import()`, which they leave alone, loads it.
 */
export async function loadLate(): Promise<(core: Core) => Late> {
  const url = tag?.dataset['late'] ?? (tag?.src ?? '').replace(/[^/]*$/, 'otel-late.js');
  await insert(url).catch(() => import(/* @vite-ignore */ url));
  const start = (globalThis as { [LATE]?: (core: Core) => Late })[LATE];
  if (!start) throw new Error(`${url} did not load`);
  return start;
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
