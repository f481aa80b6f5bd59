import { serveCompression } from './compress-worker';

/** A text below this is compressed where it is: handing it to a worker costs the page about as much. */
export const WORTH_A_WORKER = 64 * 1024;
/** A worker that has not answered for so long never will. */
const TIMEOUT_MS = 10_000;
/** A worker that nobody needs goes, and its memory with it. */
const IDLE_MS = 30_000;
/** Pages whose policy forbids workers complain in the console; once per tab is enough. */
const REFUSED = 'otel_replay.no_worker';

export interface Compressed {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Bytes before compression. */
  readonly rawSize: number;
}

export interface Compressor {
  /** gzip of a text as UTF-8; undefined where CompressionStream is missing (Safari before 16.4). Rejects when the browser's compressor fails. */
  gzip(text: string): Promise<Compressed> | undefined;
}

interface Job {
  readonly text: string;
  readonly resolve: (compressed: Compressed | Promise<Compressed>) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Compresses in a worker what is worth one: CompressionStream alone would run on the thread that uses it. The worker is `script`,
 * the SDK's own file, where the page's origin serves it, since a policy that allows that file allows it as a worker too; else a
 * `blob:`. Where neither may run, the page's thread does it.
 */
export function createCompressor(script?: string): Compressor {
  const blob = (): string => URL.createObjectURL(new Blob([`(${serveCompression})()`], { type: 'text/javascript' }));
  const sources = script === undefined ? [blob] : [() => script, blob];
  const jobs = new Map<number, Job>();
  let made = 0;
  let worker: Worker | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const quit = (): void => {
    worker?.terminate();
    worker = undefined;
  };

  /** The worker's source was refused, or what it made does not answer: the next one gets what waits. */
  const next = (): void => {
    sources.shift();
    quit();
    start();
  };

  const start = (): void => {
    const source = sources[0];
    if (!source) return giveUp();
    try {
      const address = source();
      worker = new Worker(address);
      URL.revokeObjectURL(address);
      worker.onmessage = ({ data: [id, body, rawSize] }: MessageEvent<[number, Uint8Array<ArrayBuffer>, number]>) => finish(id, { body, rawSize });
      // Handled here, or the page's own handlers would see it.
      worker.onerror = (event) => (event.preventDefault(), next());
      jobs.forEach(({ text }, id) => worker?.postMessage([id, text]));
    } catch {
      next();
    }
  };

  const giveUp = (): void => {
    store('1');
    jobs.forEach(({ text }, id) => finish(id, here(text)));
  };

  const finish = (id: number, compressed: Compressed | Promise<Compressed>): void => {
    const job = jobs.get(id);
    jobs.delete(id);
    clearTimeout(job?.timer);
    job?.resolve(compressed);
    clearTimeout(idle);
    if (jobs.size === 0) idle = setTimeout(quit, IDLE_MS);
  };

  if (store() === '1') sources.length = 0;
  return {
    gzip: (text) => {
      if (typeof CompressionStream !== 'function') return undefined;
      if (text.length < WORTH_A_WORKER || sources.length === 0) return here(text);
      clearTimeout(idle);
      return new Promise((resolve) => {
        const id = made++;
        jobs.set(id, { text, resolve, timer: setTimeout(next, TIMEOUT_MS) });
        if (worker) worker.postMessage([id, text]);
        else start();
      });
    },
  };
}

/** On the thread of the page. */
async function here(text: string): Promise<Compressed> {
  const raw = new TextEncoder().encode(text);
  const stream = new Blob([raw]).stream().pipeThrough(new CompressionStream('gzip'));
  return { body: new Uint8Array(await new Response(stream).arrayBuffer()), rawSize: raw.length };
}

/** Whether workers were refused in this tab; some pages may not keep that. */
function store(value?: string): string | null {
  try {
    if (value !== undefined) sessionStorage.setItem(REFUSED, value);
    return sessionStorage.getItem(REFUSED);
  } catch {
    return null;
  }
}
