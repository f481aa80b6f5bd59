/** The second file for script tags: hands itself to the first. As a worker, which it is too, it compresses. */
import { startLate } from './late';
import { serveCompression } from './delivery/compress-worker';
import type { Core } from './core';

if (typeof document === 'undefined') serveCompression();
else {
  const shared = globalThis as { [key: symbol]: unknown };
  const key = Symbol.for('otel_replay.late');
  const script = shared[key] as string | undefined;
  shared[key] = (core: Core) => startLate(core, script);
}
