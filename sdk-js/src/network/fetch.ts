import { ownRequests } from '../delivery/transport';
import type { Warnings } from '../warnings';
import { joinBaggage } from './propagation';
import { declaredSize, normalMethod, type TracedRequest, type Tracer } from './tracer';

type FetchArguments = Parameters<typeof fetch>;

/** A call as it goes on to the browser, and the span that follows it. */
interface Call {
  readonly args: FetchArguments;
  readonly traced?: TracedRequest;
}

/**
 * Follows `window.fetch` with spans. The page's arguments go on untouched unless headers have to be
 * added, and then only the headers of `init` are new: no body and no Request is ever rebuilt.
 */
export function watchFetch(tracer: Tracer, warnings: Warnings): () => void {
  const original = window.fetch;
  if (typeof original !== 'function') return () => undefined;
  let active = true;
  const patched: typeof fetch = function (this: unknown, ...args: FetchArguments) {
    const call = active ? warnings.guard(() => prepare(tracer, args)) : undefined;
    const response = original.apply(this as typeof globalThis, call?.args ?? args);
    if (call?.traced) follow(response, call.traced, warnings);
    return response;
  };
  window.fetch = patched;
  return () => {
    active = false;
    if (window.fetch === patched) window.fetch = original;
  };
}

function prepare(tracer: Tracer, args: FetchArguments): Call | undefined {
  const [input, init] = args;
  if (init && ownRequests.has(init)) return undefined;
  const request = input instanceof Request ? input : undefined;
  const url = tracer.target(request ? request.url : String(input));
  if (!url) return undefined;
  const headers = new Headers(init?.headers ?? request?.headers);
  if (headers.has('traceparent')) return { args: withHeaders(args, headers, undefined, tracer.sessionBaggage(url)) };
  const traced = tracer.begin(normalMethod(init?.method ?? request?.method ?? 'GET'), url);
  if (!traced?.carrier) return { args, ...(traced ? { traced } : {}) };
  return { args: withHeaders(args, headers, traced.carrier.traceparent, traced.carrier.baggage), traced };
}

/** The arguments with our headers added; the very same ones where none can be. */
function withHeaders(args: FetchArguments, headers: Headers, traceparent?: string, baggage?: string): FetchArguments {
  const [input, init] = args;
  const request = input instanceof Request ? input : undefined;
  // Requests without CORS may carry no such headers, and a Request in the place of `init` cannot be copied.
  if (!baggage || (init?.mode ?? request?.mode) === 'no-cors' || (init as unknown) instanceof Request) return args;
  if (traceparent !== undefined) headers.set('traceparent', traceparent);
  headers.set('baggage', joinBaggage(headers.get('baggage'), baggage));
  // With an `init`, fetch resets the referrer of a Request unless it is given again.
  const kept = request ? { referrer: request.referrer, referrerPolicy: request.referrerPolicy } : {};
  return [input, { ...kept, ...init, headers }];
}

/** Reports the end on a branch of its own: the page's promise is the browser's, rejections included. */
function follow(response: Promise<Response>, traced: TracedRequest, warnings: Warnings): void {
  response.then(
    ({ status, headers, type }) => {
      const size = declaredSize(headers.get('content-length'));
      warnings.guard(() => traced.end(type === 'opaque' ? {} : { status, size }));
    },
    (error: unknown) => {
      warnings.guard(() => traced.end({ error: (error as Partial<Error> | undefined)?.name || 'Error' }));
    },
  );
}
