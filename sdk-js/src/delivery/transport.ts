import { readPartialSuccess, readStatusMessage, type PartialSuccess } from '../otlp/response';
import { retryAfterMs } from './backoff';
import type { KeepaliveLedger } from './keepalive';

/** A request that hangs longer than this is given up and repeated, or it would block its lane for ever. */
export const TIMEOUT_MS = 60_000;
const RETRYABLE = [408, 429, 502, 503, 504];
/** Small requests are sent with keepalive always: they survive a navigation. Half the quota stays free for the tail. */
export const SMALL_REQUEST = 16 * 1024;
/** The size of a request is estimated from its texts; the rest is left for the error. */
export const ESTIMATE = 0.9;
const TAIL_RESERVE = 32 * 1024;

/** What became of a request. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly partial?: PartialSuccess }
  | { readonly kind: 'retry'; readonly retryAfterMs: number; readonly cause: string }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

/** `closing`: the page is being hidden, use all of the keepalive quota. */
export type Send = (path: string, body: Uint8Array<ArrayBuffer>, closing: boolean) => Promise<Outcome>;

export interface TransportOptions {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ledger: KeepaliveLedger;
  /** The page's fetch from before it was instrumented. */
  readonly fetch: typeof fetch;
  readonly ownRequests: WeakSet<object>;
}

/** Makes the function that posts OTLP/HTTP protobuf; it never rejects. */
export function createTransport({ endpoint, headers, ledger, fetch, ownRequests }: TransportOptions): Send {
  return async (path, body, closing) => {
    const release = closing || body.length <= SMALL_REQUEST ? ledger.take(body.length, closing ? 0 : TAIL_RESERVE) : undefined;
    try {
      return await post(path, body, release !== undefined);
    } catch (error) {
      return await again(path, body, release, error);
    } finally {
      release?.();
    }
  };

  /** Other scripts may have used up the quota, which rejects at once: then an ordinary request is the best there is. */
  async function again(path: string, body: Uint8Array<ArrayBuffer>, release: (() => void) | undefined, error: unknown): Promise<Outcome> {
    if (!release) return { kind: 'retry', retryAfterMs: 0, cause: String(error) };
    try {
      return await post(path, body, false);
    } catch (second) {
      return { kind: 'retry', retryAfterMs: 0, cause: String(second) };
    }
  }

  async function post(path: string, body: Uint8Array<ArrayBuffer>, keepalive: boolean): Promise<Outcome> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    const init: RequestInit = {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/x-protobuf' },
      credentials: 'omit',
      cache: 'no-store',
      keepalive,
      priority: 'low',
      signal: abort.signal,
    };
    ownRequests.add(init);
    try {
      return await read(await fetch.call(globalThis, endpoint + path, init));
    } finally {
      clearTimeout(timer);
    }
  }
}

async function read(response: Response): Promise<Outcome> {
  if (RETRYABLE.includes(response.status)) {
    const wait = retryAfterMs(response.headers.get('retry-after'), Date.now());
    return { kind: 'retry', retryAfterMs: wait, cause: `status ${response.status}` };
  }
  // The answer counts even when its body is lost: repeating the request would only send it twice.
  const body = new Uint8Array(await response.arrayBuffer().catch(() => new ArrayBuffer(0)));
  if (!response.ok) return { kind: 'refused', status: response.status, message: readStatusMessage(body) };
  const partial = readPartialSuccess(body);
  return partial ? { kind: 'delivered', partial } : { kind: 'delivered' };
}
