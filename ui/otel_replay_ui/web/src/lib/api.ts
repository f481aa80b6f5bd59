/** Ask the server's API; failures become ApiError with a message for people. */

import { pageUrl } from './project';
import type { EventPage, Manifest, SessionDetail, SessionPage, SpanList, Status, Trace, TraceList } from './types';

const BASE = '/api/v1';

export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** `status` is 0 when no answer came. */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  /** Trying again may help. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export type Query = Record<string, string | number | null | undefined>;

/** The address of an API path; empty and missing parameters are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return pageUrl(BASE + path) + (text ? `?${text}` : '');
}

/** Fetch, and turn every failure but an abort into an ApiError. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.');
  }
  if (!response.ok && response.status !== 304) throw await readError(response);
  return response;
}

async function readError(response: Response): Promise<ApiError> {
  const fallback = `The server answered ${response.status}.`;
  try {
    const body = (await response.json()) as { error?: { code?: string; message?: string } };
    return new ApiError(response.status, body.error?.code ?? 'unknown', body.error?.message ?? fallback);
  } catch {
    return new ApiError(response.status, 'unknown', fallback);
  }
}

async function getJson<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const response = await request(apiUrl(path, query), signal ? { signal } : {});
  return (await response.json()) as T;
}

const session = (id: string): string => `/sessions/${encodeURIComponent(id)}`;

export const api = {
  sessions: (query: Query, signal?: AbortSignal) => getJson<SessionPage>('/sessions', query, signal),
  session: (id: string) => getJson<SessionDetail>(session(id)),
  manifest: (id: string) => getJson<Manifest>(`${session(id)}/manifest`),
  /** The manifest, or null while it is still the version that is known. */
  newerManifest: async (id: string, version: string): Promise<Manifest | null> => {
    const response = await request(apiUrl(`${session(id)}/manifest`), { headers: { 'If-None-Match': `W/"${version}"` } });
    return response.status === 304 ? null : ((await response.json()) as Manifest);
  },
  events: (id: string, query: Query = {}) => getJson<EventPage>(`${session(id)}/events`, query),
  traces: (id: string) => getJson<TraceList>(`${session(id)}/traces`),
  spans: (id: string, query: Query = {}) => getJson<SpanList>(`${session(id)}/spans`, query),
  trace: (id: string) => getJson<Trace>(`/traces/${encodeURIComponent(id)}`),
  status: () => getJson<Status>('/status'),
};

/** Address of stored parts of one tab, both ends included. */
export function replayUrl(id: string, tab: string, fromSeq: number, toSeq: number): string {
  return apiUrl(`${session(id)}/replay`, { tab, from_seq: fromSeq, to_seq: toSeq });
}
