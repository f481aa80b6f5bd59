/** A page's whole world: a site, a backend on the same origin, and an OTLP receiver on another one. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { chromium, type Browser } from 'playwright-core';

import { decodeLogs, decodeSpans, type DecodedRecord, type DecodedSpan } from '../test/otlp';

const SDK = ['/otel.js', '/otel-late.js', '/otel-stub.js'];

/** A request that the site's backend saw. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export class World {
  readonly records: DecodedRecord[] = [];
  readonly spans: DecodedSpan[] = [];
  readonly requests: SeenRequest[] = [];
  /** Pages by path; `SDK` in them becomes the script tag. */
  readonly pages = new Map<string, string>();
  /** Status that the receiver answers next, oldest first; 200 when there is none. */
  readonly answers: number[] = [];
  /** Content-Security-Policy of the pages, when set. */
  policy: string | undefined;
  /** Part of the endpoint, so that a page of an earlier test cannot be heard in a later one. */
  private run = 0;

  private constructor(
    readonly browser: Browser,
    private readonly servers: readonly Server[],
    readonly site: string,
    readonly receiver: string,
  ) {}

  static async open(): Promise<World> {
    const site = createServer((request, response) => void world.serve(request, response));
    const receiver = createServer((request, response) => void world.receive(request, response));
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      // Playwright switches the back/forward cache off; real browsers have it.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    const world: World = new World(browser, [site, receiver], await listen(site), await listen(receiver));
    return world;
  }

  async close(): Promise<void> {
    await this.browser.close();
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  clear(): void {
    this.run += 1;
    this.policy = undefined;
    this.answers.length = 0;
    this.records.length = this.spans.length = this.requests.length = 0;
  }

  chunks(sessionId?: string): DecodedRecord[] {
    return this.records.filter(({ eventName, attributes }) => {
      return eventName === 'session.replay.chunk' && (sessionId === undefined || attributes['session.id'] === sessionId);
    });
  }

  events(name: string): DecodedRecord[] {
    return this.records.filter(({ eventName }) => eventName === name);
  }

  /** Waits until `found` gives something other than undefined or false. */
  async until<T>(what: string, found: () => T | undefined | false): Promise<T> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const value = found();
      if (value !== undefined && value !== false) return value;
      if (Date.now() > deadline) throw new Error(`did not happen: ${what}; got ${this.summary()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private summary(): string {
    return JSON.stringify({ records: this.records.map(({ eventName }) => eventName), spans: this.spans.length, requests: this.requests.length });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (SDK.includes(path)) return void response.setHeader('content-type', 'text/javascript').end(readFileSync(new URL(`../dist${path}`, import.meta.url)));
    const page = this.pages.get(path.split('?')[0] ?? path);
    if (page !== undefined && request.method === 'GET') {
      if (this.policy !== undefined) response.setHeader('content-security-policy', this.policy);
      const tag = `<script src="/otel.js" data-endpoint="${this.receiver}/${this.run}" data-service="shop-web"></script>`;
      return void response.setHeader('content-type', 'text/html').end(page.replace('SDK', tag));
    }
    const body = (await read(request)).toString('utf8');
    if (path !== '/favicon.ico') this.requests.push({ path, headers: request.headers, body });
    response.statusCode = path.startsWith('/fail') ? 500 : 200;
    response.setHeader('content-type', 'application/json').end('{"ok":true}');
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') return void response.end();
    const bytes = await read(request);
    const current = request.url?.startsWith(`/${this.run}/`) ?? false;
    const status = (current ? this.answers.shift() : undefined) ?? 200;
    if (current && status === 200) this.store(request.url ?? '', bytes);
    response.statusCode = status;
    response.end();
  }

  private store(url: string, bytes: Buffer): void {
    if (url.endsWith('/v1/logs')) this.records.push(...decodeLogs(bytes));
    else this.spans.push(...decodeSpans(bytes));
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
