import { vi } from 'vitest';

import { decodeLogs, decodeSpans, type DecodedRecord, type DecodedSpan } from './otlp';

/** A request that the stubbed `fetch` got. */
export interface Posted {
  readonly url: string;
  readonly init: RequestInit & { keepalive?: boolean; priority?: string };
}

export const ENDPOINT = 'https://otel.test';

/** Stands in for `window.fetch`: an OTLP receiver below ENDPOINT, and `respond` for everything else. */
export class Receiver {
  readonly posted: Posted[] = [];
  readonly records: DecodedRecord[] = [];
  readonly spans: DecodedSpan[] = [];
  /** The page's own calls, with the arguments and `this` they arrived with. */
  readonly calls: { readonly self: unknown; readonly args: unknown[] }[] = [];
  /** What happens to the next OTLP requests: a status, a response, or 'offline'; 200 when there is none. */
  readonly answers: (number | Response | 'offline')[] = [];
  /** OTLP requests that were not taken. */
  failures = 0;
  respond: () => Promise<Response> = () => Promise.resolve(new Response('{}', { status: 200, headers: { 'content-length': '2' } }));

  /** Replaces `window.fetch`. */
  install(): this {
    const receiver = this;
    vi.stubGlobal('fetch', function (this: unknown, ...args: unknown[]) {
      const url = typeof args[0] === 'string' ? args[0] : String((args[0] as Request | undefined)?.url ?? args[0]);
      if (url.startsWith(ENDPOINT)) return receiver.answer(url, args[1] as RequestInit);
      receiver.calls.push({ self: this, args });
      return receiver.respond();
    });
    return this;
  }

  events(name: string): DecodedRecord[] {
    return this.records.filter(({ eventName }) => eventName === name);
  }

  chunks(): DecodedRecord[] {
    return this.events('session.replay.chunk');
  }

  private answer(url: string, init: RequestInit): Promise<Response> {
    this.posted.push({ url, init });
    const answer = this.answers.shift() ?? 200;
    if (answer !== 200) this.failures += 1;
    if (answer === 'offline') return Promise.reject(new TypeError('Failed to fetch'));
    const response = typeof answer === 'number' ? new Response(null, { status: answer }) : answer;
    if (response.ok) {
      const body = init.body as Uint8Array;
      if (url.endsWith('/v1/logs')) this.records.push(...decodeLogs(body));
      else this.spans.push(...decodeSpans(body));
    }
    return Promise.resolve(response);
  }
}
