import type { Warnings } from '../warnings';
import { joinBaggage, type Wrapped } from './propagation';
import { declaredSize, normalMethod, type Exchange, type RequestEnd, type TracedRequest, type Tracer } from './tracer';

type FetchArguments = Parameters<typeof fetch>;

/** A call as it goes on to the browser, and the span that follows it. */
interface Call {
  readonly args: FetchArguments;
  readonly traced?: TracedRequest;
  readonly exchange?: Exchange;
}

/**
 * Follows `window.fetch` with spans. The page's arguments go on untouched unless headers have to be
 * added, and then only the headers of `init` are new: no body and no Request is ever rebuilt.
 */
export function watchFetch(tracer: Tracer, warnings: Warnings, ownRequests: WeakSet<object>): () => void {
  const original = window.fetch;
  if (typeof original !== 'function') return () => undefined;
  // OpenTelemetry's comes after ours then, and would replace our headers and make a second span.
  const { __wrapped } = original as Wrapped;
  let active = true;
  const patched: typeof fetch = function (this: unknown, ...args: FetchArguments) {
    const call = active ? warnings.guard(() => (args[1] && ownRequests.has(args[1]) ? undefined : prepare(tracer, args, __wrapped))) : undefined;
    const response = original.apply(this as typeof globalThis, call?.args ?? args);
    if (call?.traced) follow(response, call.traced, call.exchange as Exchange, tracer, warnings);
    return response;
  };
  window.fetch = patched;
  return () => {
    active = false;
    if (window.fetch === patched) window.fetch = original;
  };
}

function prepare(tracer: Tracer, args: FetchArguments, foreign?: boolean): Call | undefined {
  const [input, init] = args;
  const request = input instanceof Request ? input : undefined;
  const url = tracer.target(request ? request.url : String(input));
  if (!url) return undefined;
  const headers = new Headers(init?.headers ?? request?.headers);
  if (foreign || headers.has('traceparent')) return { args: withHeaders(args, headers, undefined, tracer.sessionBaggage(url)) };
  const traced = tracer.begin(normalMethod(init?.method ?? request?.method ?? 'GET'), url);
  if (!traced) return undefined;
  const exchange = { url: url.href, startedAt: performance.now(), body: init?.body, requestHeader: (name: string) => headers.get(name) };
  const { carrier } = traced;
  return { args: carrier ? withHeaders(args, headers, carrier.traceparent, carrier.baggage) : args, traced, exchange };
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
function follow(response: Promise<Response>, traced: TracedRequest, sent: Exchange, tracer: Tracer, warnings: Warnings): void {
  const end = (how: RequestEnd, received?: Partial<Exchange>): void => void warnings.guard(() => traced.end(how, { ...sent, ...received }));
  response.then(
    (answer) => {
      const { status, headers, type } = answer;
      if (type === 'opaque') return end({});
      const how = { status, size: declaredSize(headers.get('content-length')) };
      const received = { responseHeader: (name: string) => headers.get(name) };
      if (!tracer.wantsBody(sent.url, headers)) return end(how, received);
      answer.clone().text().then((responseText) => end(how, { ...received, responseText }), () => end(how, received));
    },
    (error: unknown) => end({ error: (error as Partial<Error> | undefined)?.name || 'Error' }),
  );
}
