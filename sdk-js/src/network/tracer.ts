import { identityAttributes, redact, type Identity } from '../emitter';
import { randomHex } from '../ids';
import { matches, type NetworkCapture, type Pattern } from '../options';
import type { Attributes, Span } from '../otlp/model';
import type { Privacy } from '../privacy/privacy';
import * as names from '../semconv';
import { baggage, carrier, mayPropagate, type Carrier, type OriginPattern } from './propagation';

export interface NetworkOptions {
  readonly network: NetworkCapture;
  readonly endpoint: string;
  readonly traceOrigins: readonly OriginPattern[];
  /** Requests to addresses that contain the text, or match, are left alone. */
  readonly ignoreUrls: readonly Pattern[];
}

/** The browser knows the timing of a request shortly after the page knows its answer. */
const TIMING_MS = 300;

/** How a request ended: with a status, or with the name of an error. */
export interface RequestEnd {
  readonly status?: number;
  readonly size?: number | undefined;
  readonly requestSize?: number;
  readonly error?: string;
}

/** What went there and back, as far as it is known. */
export interface Exchange {
  readonly url: string;
  /** Of `performance.now()`. */
  readonly startedAt: number;
  readonly body?: unknown;
  readonly requestHeader?: (name: string) => string | null;
  readonly responseHeader?: (name: string) => string | null;
  readonly responseText?: string;
}

/** A request under way. */
export interface TracedRequest {
  /** Headers to add, or undefined when the origin must not get them. */
  readonly carrier?: Carrier;
  /** Reports the span; only the first call counts. */
  end(end: RequestEnd, exchange?: Exchange): void;
}

/** Makes client spans of requests; one instance for fetch and XMLHttpRequest. */
export class Tracer {
  constructor(
    private readonly options: NetworkOptions,
    private readonly privacy: Privacy,
    private readonly identity: Identity,
    private readonly sink: (span: Span) => void,
  ) {}

  /** More attributes of an exchange; set by the part that loads later. */
  details: ((exchange: Exchange) => Attributes) | undefined;
  private readonly ended = new Set<() => void>();

  /** Reports at once what waits for its timing. */
  flush(): void {
    this.ended.forEach((report) => report());
  }

  /** Whether the text of this response is asked for, and of a bearable size. */
  wantsBody(url: string, headers: Headers): boolean {
    const { bodies } = this.options.network;
    return matches(url, bodies) && /json|text|xml|graphql/.test(headers.get('content-type') ?? '') && !(Number(headers.get('content-length')) > 1e6);
  }

  /** The request's address when it is to be looked at: http(s) or ws(s), not our own, not ignored, in a session. */
  target(address: string | URL): URL | undefined {
    const url = parse(address);
    if (!url) return undefined;
    const { endpoint, ignoreUrls } = this.options;
    if (!/^(http|ws)s?:$/.test(url.protocol) || isBelow(url.href, endpoint)) return undefined;
    return matches(url.href, ignoreUrls) || this.identity.sessionId() === undefined ? undefined : url;
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
      end: (end, exchange) => {
        if (!open) return;
        open = false;
        const endMs = startMs + (performance.now() - startedAt);
        const report = (): void => {
          if (!this.ended.delete(report)) return;
          const described = redact({ ...describe(method, url, end), ...(exchange && this.details?.(exchange)) }, this.privacy);
          this.sink({ traceId, spanId, name: method, startMs, endMs, failed: errorType(end) !== undefined, attributes: { ...described, ...attributes } });
        };
        this.ended.add(report);
        if (exchange && this.details) setTimeout(report, TIMING_MS);
        else report();
      },
    };
  }
}

function describe(method: string, url: URL, end: RequestEnd): Attributes {
  return {
    [names.HTTP_METHOD]: method,
    [names.URL_FULL]: url.href,
    [names.SERVER_ADDRESS]: url.hostname,
    [names.SERVER_PORT]: Number(url.port) || (/s:$/.test(url.protocol) ? 443 : 80),
    [names.HTTP_STATUS]: end.status,
    [names.HTTP_RESPONSE_SIZE]: end.size,
    [names.REQUEST_SIZE]: end.requestSize,
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
