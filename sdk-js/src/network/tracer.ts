import { identityAttributes, type Identity } from '../emitter';
import { randomHex } from '../ids';
import type { Attributes, Span } from '../otlp/model';
import * as names from '../semconv';
import { limit, withoutCredentials } from '../text';
import { baggage, carrier, mayPropagate, type Carrier, type OriginPattern } from './propagation';

export interface NetworkOptions {
  readonly endpoint: string;
  readonly traceOrigins: readonly OriginPattern[];
  /** Requests to addresses that contain the text, or match, are left alone. */
  readonly ignoreUrls: readonly (string | RegExp)[];
}

/** How a request ended: with a status, or with the name of an error. */
export interface RequestEnd {
  readonly status?: number;
  readonly size?: number | undefined;
  readonly error?: string;
}

/** A request under way. */
export interface TracedRequest {
  /** Headers to add, or undefined when the origin must not get them. */
  readonly carrier?: Carrier;
  /** Reports the span; only the first call counts. */
  end(end: RequestEnd): void;
}

/** Makes client spans of requests; one instance for fetch and XMLHttpRequest. */
export class Tracer {
  constructor(
    private readonly options: NetworkOptions,
    private readonly identity: Identity,
    private readonly sink: (span: Span) => void,
  ) {}

  /** The request's address when it is to be looked at: http(s), not our own, not ignored, in a session. */
  target(address: string | URL): URL | undefined {
    const url = parse(address);
    if (!url) return undefined;
    const { endpoint, ignoreUrls } = this.options;
    if (!/^https?:$/.test(url.protocol) || isBelow(url.href, endpoint)) return undefined;
    const ignored = ignoreUrls.some((pattern) => (typeof pattern === 'string' ? url.href.includes(pattern) : url.href.search(pattern) >= 0));
    return ignored || this.identity.sessionId() === undefined ? undefined : url;
  }

  /** Only `baggage`, for a request that another tracer has given its `traceparent` already. */
  sessionBaggage(url: URL): string | undefined {
    const sessionId = this.identity.sessionId();
    return sessionId !== undefined && mayPropagate(url, this.options.traceOrigins) ? baggage(sessionId) : undefined;
  }

  begin(method: string, url: URL): TracedRequest | undefined {
    const attributes = identityAttributes(this.identity);
    const sessionId = this.identity.sessionId();
    if (!attributes || sessionId === undefined) return undefined;
    const traceId = randomHex(16);
    const spanId = randomHex(8);
    const startMs = Date.now();
    const startedAt = performance.now();
    let open = true;
    return {
      ...(mayPropagate(url, this.options.traceOrigins) ? { carrier: carrier(traceId, spanId, sessionId) } : {}),
      end: (end) => {
        if (!open) return;
        open = false;
        this.sink({
          traceId,
          spanId,
          name: method,
          startMs,
          endMs: startMs + (performance.now() - startedAt),
          failed: errorType(end) !== undefined,
          attributes: { ...attributes, ...describe(method, url, end) },
        });
      },
    };
  }
}

function describe(method: string, url: URL, end: RequestEnd): Attributes {
  return {
    [names.HTTP_METHOD]: method,
    [names.URL_FULL]: limit(withoutCredentials(url.href)),
    [names.SERVER_ADDRESS]: url.hostname,
    [names.SERVER_PORT]: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    [names.HTTP_STATUS]: end.status,
    [names.HTTP_RESPONSE_SIZE]: end.size,
    [names.ERROR_TYPE]: errorType(end),
  };
}

function errorType({ status = 0, error }: RequestEnd): string | undefined {
  return error ?? (status >= 400 ? String(status) : undefined);
}

/** Undefined for what is no address; the browser tells the page so itself. */
function parse(address: string | URL): URL | undefined {
  try {
    return new URL(address, document.baseURI);
  } catch {
    return undefined;
  }
}

function isBelow(href: string, endpoint: string): boolean {
  return href === endpoint || href.startsWith(`${endpoint}/`);
}

/** Known methods in upper case, as the Fetch standard does; others as they are. */
export function normalMethod(method: string): string {
  const upper = method.toUpperCase();
  return ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH'].includes(upper) ? upper : method;
}

/** Bytes of the body as the response declares them; undefined when it does not. */
export function declaredSize(contentLength: string | null): number | undefined {
  return contentLength !== null && /^\d+$/.test(contentLength) ? Number(contentLength) : undefined;
}
