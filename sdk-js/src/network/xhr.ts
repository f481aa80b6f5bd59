import type { Warnings } from '../warnings';
import { joinBaggage, type Wrapped } from './propagation';
import { declaredSize, normalMethod, type RequestEnd, type TracedRequest, type Tracer } from './tracer';

/** What is known of a request between `open` and `send`. */
interface Opened {
  readonly method: string;
  readonly address: string | URL;
  /** Given by the page, or about to be by OpenTelemetry's instrumentation. */
  traceparent: boolean;
  readonly headers: Headers;
  baggage: string;
}

/** Follows XMLHttpRequest with spans. */
export function watchXhr(tracer: Tracer, warnings: Warnings): () => void {
  if (typeof XMLHttpRequest !== 'function') return () => undefined;
  const proto = XMLHttpRequest.prototype;
  const { open, setRequestHeader, send } = proto;
  const requests = new WeakMap<XMLHttpRequest, Opened>();
  let active = true;

  const patchedOpen = function (this: XMLHttpRequest, ...args: unknown[]): void {
    const [method, address] = args as [string, string | URL];
    requests.set(this, { method, address, traceparent: (send as Wrapped).__wrapped === true, baggage: '', headers: new Headers() });
    Reflect.apply(open, this, args);
  };

  const patchedSetHeader = function (this: XMLHttpRequest, name: string, value: string): void {
    setRequestHeader.call(this, name, value);
    const opened = requests.get(this);
    if (opened) warnings.guard(() => opened.headers.append(name, value));
    if (opened && /^traceparent$/i.test(name)) opened.traceparent = true;
    if (opened && /^baggage$/i.test(name)) opened.baggage = value;
  };

  const patchedSend = function (this: XMLHttpRequest, ...args: Parameters<XMLHttpRequest['send']>): void {
    const opened = requests.get(this);
    const traced = active && opened ? warnings.guard(() => prepare(this, opened)) : undefined;
    if (traced && opened) follow(this, traced, opened, args[0], warnings);
    try {
      send.apply(this, args);
    } catch (error) {
      traced?.end({ error: (error as Partial<Error> | undefined)?.name || 'Error' });
      throw error;
    }
  };

  proto.open = patchedOpen as typeof open;
  proto.setRequestHeader = patchedSetHeader;
  proto.send = patchedSend;
  return () => {
    active = false;
    if (proto.open === patchedOpen) proto.open = open;
    if (proto.setRequestHeader === patchedSetHeader) proto.setRequestHeader = setRequestHeader;
    if (proto.send === patchedSend) proto.send = send;
  };

  function prepare(xhr: XMLHttpRequest, opened: Opened): TracedRequest | undefined {
    const url = tracer.target(opened.address);
    if (!url) return undefined;
    if (opened.traceparent) {
      addBaggage(xhr, opened, tracer.sessionBaggage(url));
      return undefined;
    }
    const traced = tracer.begin(normalMethod(opened.method), url);
    if (traced?.carrier) {
      setRequestHeader.call(xhr, 'traceparent', traced.carrier.traceparent);
      addBaggage(xhr, opened, traced.carrier.baggage);
    }
    return traced;
  }

  /** XMLHttpRequest joins repeated headers with a comma, which is how baggage is joined. */
  function addBaggage(xhr: XMLHttpRequest, opened: Opened, baggage: string | undefined): void {
    if (baggage !== undefined && joinBaggage(opened.baggage, baggage) !== opened.baggage) {
      setRequestHeader.call(xhr, 'baggage', baggage);
    }
  }
}

/** Reports the span when the request ends, whichever way it does. */
function follow(xhr: XMLHttpRequest, traced: TracedRequest, { address, headers }: Opened, body: unknown, warnings: Warnings): void {
  const failures: Readonly<Record<string, string>> = { error: 'NetworkError', abort: 'AbortError', timeout: 'TimeoutError' };
  const sent = { url: new URL(address, document.baseURI).href, startedAt: performance.now(), body, requestHeader: (name: string) => headers.get(name) };
  const onEnd = ({ type }: Event): void => {
    const error = failures[type];
    warnings.guard(() => {
      if (error !== undefined) return traced.end({ error }, sent);
      const isText = xhr.responseType === '' || xhr.responseType === 'text';
      traced.end(received(xhr), { ...sent, responseHeader: (name) => xhr.getResponseHeader(name), ...(isText ? { responseText: xhr.responseText } : {}) });
    });
  };
  [...Object.keys(failures), 'load'].forEach((type) => xhr.addEventListener(type, onEnd, { once: true }));
}

function received(xhr: XMLHttpRequest): RequestEnd {
  return { status: xhr.status, size: declaredSize(xhr.getResponseHeader('content-length')) };
}
