import type { Exchange } from '../network/tracer';
import { matches, type NetworkCapture } from '../options';
import type { Attributes } from '../otlp/model';
import * as names from '../semconv';
import { ATTRIBUTE_LIMIT } from '../text';

/**
 * What a request says about itself beside address and status: sizes, timing, operation of GraphQL, and the headers and bodies
 * that the options allow. Everything is redacted where all attributes are.
 */
export function createDetails({ headers: allowed = [], bodies }: NetworkCapture): (exchange: Exchange) => Attributes {
  const headers = (direction: string, get: ((name: string) => string | null) | undefined): Attributes => {
    const found = allowed.map((name) => [`http.${direction}.header.${name.toLowerCase()}`, get?.(name) ?? undefined]);
    return Object.fromEntries(found) as Attributes;
  };
  return ({ url, startedAt, body, requestHeader, responseHeader, responseText }) => {
    const text = bodyText(body);
    const shown = matches(url, bodies) ? { [names.REQUEST_BODY]: text?.slice(0, ATTRIBUTE_LIMIT), [names.RESPONSE_BODY]: responseText?.slice(0, ATTRIBUTE_LIMIT) } : {};
    return {
      [names.REQUEST_SIZE]: bodySize(body),
      ...graphql(url, text),
      ...headers('request', requestHeader),
      ...headers('response', responseHeader),
      ...timing(url, startedAt),
      ...shown,
    };
  };
}

/** How long the parts of a request took; only for origins that allow it (Timing-Allow-Origin). */
function timing(url: string, startedAt: number): Attributes {
  const entries = performance.getEntriesByName?.(url, 'resource') as PerformanceResourceTiming[] | undefined;
  const entry = entries?.find(({ startTime }) => startTime >= startedAt - 1);
  if (!entry?.responseStart) return {};
  return {
    'browser.timing.dns': entry.domainLookupEnd - entry.domainLookupStart,
    'browser.timing.connect': entry.connectEnd - entry.connectStart,
    'browser.timing.wait': entry.responseStart - entry.requestStart,
    'browser.timing.receive': entry.responseEnd - entry.responseStart,
    'browser.transfer_size': entry.transferSize,
  };
}

function bodyText(body: unknown): string | undefined {
  return typeof body === 'string' || body instanceof URLSearchParams ? String(body) : undefined;
}

/** Undefined for streams and forms, whose size nobody knows before they are sent. */
function bodySize(body: unknown): number | undefined {
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  const text = bodyText(body);
  return text === undefined ? undefined : new TextEncoder().encode(text).length;
}

function graphql(url: string, text = ''): Attributes {
  if (!/graphql|"query"\s*:\s*"/.test(url + text.slice(0, 2000))) return {};
  const [, type, inline] = /\b(query|mutation|subscription)\s+(\w+)/.exec(text) ?? [];
  const name = /"operationName"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? inline;
  return { 'graphql.operation.name': name, 'graphql.operation.type': type };
}
