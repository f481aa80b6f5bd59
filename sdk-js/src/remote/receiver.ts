import type { Wrapped } from '../network/propagation';
import type { Options } from '../options';
import type { RemoteSettings } from './settings';

/** Kept on the device for the next page. */
const KEY = 'otel_replay.settings';
/** The first page of a device waits for the answer so long. */
const WAIT_MS = 2000;

/** Asks the receiver and keeps what it says. Rejects when there is no answer in time. */
export async function ask({ endpoint, headers = {} }: Options): Promise<RemoteSettings> {
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/v1/replay/settings`, document.baseURI);
  const answer = request(url, headers);
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`no answer in ${WAIT_MS} ms`)), WAIT_MS));
  return Promise.race([answer, late]);
}

async function request(url: URL, headers: Readonly<Record<string, string>>): Promise<RemoteSettings> {
  // Not OpenTelemetry's, which would trace it.
  const own = ((fetch as Wrapped).__original ?? fetch) as typeof fetch;
  const response = await own.call(globalThis, url, { headers, credentials: 'omit' });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const settings = asSettings(await response.json());
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Private mode or a full quota: the next page asks, and waits, as this one did.
  }
  return settings;
}

/** What the page before was told; undefined on the first one. */
export function kept(): RemoteSettings | undefined {
  try {
    const text = localStorage.getItem(KEY);
    return text === null ? undefined : asSettings(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asSettings(value: unknown): RemoteSettings {
  return typeof value === 'object' && value !== null ? value : {};
}
