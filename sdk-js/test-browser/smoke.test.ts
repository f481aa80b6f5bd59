import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { chunkEvents, type DecodedRecord } from '../test/otlp';
import { World } from './world';

const SHOP = `<!doctype html><title>Shop</title><head>SDK</head><body>
  <h1>Kettles</h1><input id="coupon"><input id="pin" type="password"><input type="hidden" value="csrf-secret">
  <button id="buy">Buy now</button><button id="broken">Break</button>
  <script>
    document.querySelector('#buy').onclick = () => fetch('/api/buy', { method: 'POST', body: new URLSearchParams({ id: '7' }) });
    document.querySelector('#broken').onclick = () => { throw new Error('checkout failed', { cause: new TypeError('no stock') }); };
  </script></body>`;

let world: World;
beforeAll(async () => {
  world = await World.open();
  world.pages.set('/shop', SHOP);
  world.pages.set('/other', '<!doctype html><title>Other</title><p>elsewhere</p>');
});
afterAll(() => world.close());
beforeEach(() => world.clear());

async function open(path = '/shop') {
  const context = await world.browser.newContext();
  const page = await context.newPage();
  await page.goto(world.site + path);
  return { page, context };
}

test('what a person does arrives as chunks, events and spans of one session', async () => {
  const { page, context } = await open();
  await page.fill('#coupon', 'SECRET10');
  await page.fill('#pin', 'pin-4711');
  await page.click('#buy');
  await page.click('#broken');
  await page.evaluate(() => console.warn('low %s', 'stock'));

  const exception = await world.until('exception', () => world.events('exception')[0]);
  const span = await world.until('span', () => world.spans[0]);
  const request = await world.until('request', () => world.requests[0]);
  const first = await world.until('checkpoint', () => world.chunks()[0]);
  await page.close();
  await world.until('final chunk', () => world.chunks().some((chunk) => chunk.attributes['session.replay.final'] === true));
  // What was under way as the page went may come in after its last chunk.
  await world.until('console and clicks', () => world.events('browser.console')[0] && world.events('browser.user_action.click').length >= 2);
  await context.close();

  const sessionId = first.attributes['session.id'];
  expect(sessionId).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(world.records.map(({ attributes }) => attributes['session.id']))).toEqual(new Set([sessionId]));
  expect(first.attributes).toMatchObject({ 'session.replay.seq': 0, 'session.replay.checkpoint': true, 'session.replay.encoding': 'gzip' });
  expect(chunkEvents(first).map(({ type }) => type).slice(0, 2)).toEqual([4, 2]);

  expect(exception.attributes['exception.message']).toBe('checkout failed');
  expect(exception.attributes['exception.stacktrace']).toContain('\nCaused by: TypeError: no stock');
  expect(span.attributes).toMatchObject({ 'http.request.method': 'POST', 'http.response.status_code': 200, 'session.id': sessionId });
  expect(request.body).toBe('id=7');
  expect(request.headers['traceparent']).toBe(`00-${span.traceId}-${span.spanId}-01`);
  expect(request.headers['baggage']).toBe(`session.id=${sessionId}`);

  expect(world.events('session.start')).toHaveLength(1);
  expect(world.events('browser.navigation')[0]?.attributes).toMatchObject({ 'browser.navigation.type': 'load', 'url.full': `${world.site}/shop` });
  expect(world.events('browser.console')[0]?.body).toEqual('low stock');
  const clicks = world.events('browser.user_action.click').map(({ attributes }) => [attributes['browser.css_selector'], attributes['browser.element.text']]);
  expect(clicks).toEqual(expect.arrayContaining([['button#buy', 'Buy now'], ['button#broken', 'Break']]));
});

test('every chunk up to the last one arrives, in order and without masked values', async () => {
  const { page, context } = await open();
  await page.fill('#coupon', 'SECRET10');
  await page.fill('#pin', 'pin-4711');
  await world.until('first chunk', () => world.chunks()[0]);
  await page.evaluate(() => document.body.append('the very last change'));
  await page.goto(`${world.site}/other`);
  await world.until('final chunk', () => world.chunks().some(isFinal) && isWhole());
  await context.close();

  const chunks = world.chunks().sort((a, b) => seqOf(a) - seqOf(b));
  expect(chunks.map(seqOf)).toEqual(chunks.map((_, index) => index));
  const recorded = JSON.stringify(chunks.flatMap(chunkEvents));
  expect(recorded).toContain('the very last change');
  for (const secret of ['SECRET10', 'pin-4711', 'csrf-secret']) expect(recorded).not.toContain(secret);
});

/** Chunks by tab; each tab's must be numbered from 0 without holes, whatever order they arrived in. */
function byTab(): Map<unknown, DecodedRecord[]> {
  const tabs = new Map<unknown, DecodedRecord[]>();
  for (const chunk of world.chunks()) {
    const tab = chunk.attributes['session.replay.tab'];
    tabs.set(tab, [...(tabs.get(tab) ?? []), chunk]);
  }
  tabs.forEach((chunks) => {
    const seqs = new Set(chunks.map(({ attributes }) => Number(attributes['session.replay.seq'])));
    expect([...seqs].sort((a, b) => a - b)).toEqual([...seqs].map((_, index) => index));
    expect(chunks.find(({ attributes }) => attributes['session.replay.seq'] === 0)?.attributes['session.replay.checkpoint']).toBe(true);
  });
  return tabs;
}

const isFinal = ({ attributes }: DecodedRecord): boolean => attributes['session.replay.final'] === true;
const seqOf = ({ attributes }: DecodedRecord): number => Number(attributes['session.replay.seq']);

/** Of the only tab, no chunk is missing: what was under way as the page went may come in after its last one. */
function isWhole(): boolean {
  const seqs = new Set(world.chunks().map(seqOf));
  return [...seqs].every((seq) => seq < seqs.size);
}

test('leaving right after the page was painted still brings its checkpoint', async () => {
  const { page, context } = await open();
  await page.goto(`${world.site}/other`);
  const last = await world.until('final chunk', () => world.chunks().find(isFinal));
  await world.until('checkpoint', () => world.chunks().some(({ attributes }) => attributes['session.replay.checkpoint'] === true) && isWhole());
  expect(byTab().size).toBe(1);
  expect(world.events('session.start')).toHaveLength(1);
  expect(last.attributes['session.replay.encoding']).toBe('identity');
  await context.close();
});

test.each([5, 20])('a snapshot of %i MB arrives whole, in one chunk', async (megabytes) => {
  const row = `<p>${'käse '.repeat(180)}</p>`;
  const rows = row.repeat(Math.ceil((megabytes * 1024 * 1024) / row.length));
  world.pages.set('/big', `<!doctype html><title>Big</title>SDK<body>${rows}<p>the end</p></body>`);
  const { context } = await open('/big');
  const chunk = await world.until('checkpoint', () => world.chunks()[0]);
  await context.close();
  expect(chunk.attributes).toMatchObject({ 'session.replay.checkpoint': true, 'session.replay.seq': 0 });
  expect(chunk.attributes['session.replay.size']).toBeGreaterThan(megabytes * 1024 * 1024);
  const events = chunkEvents(chunk);
  expect(events).toHaveLength(2);
  expect(JSON.stringify(events[1])).toContain('the end');
});

test('two tabs are one session with two recordings; only one of them starts it', async () => {
  const { page, context } = await open();
  await world.until('first tab', () => world.chunks()[0]);
  const second = await context.newPage();
  await second.goto(`${world.site}/shop`);
  await world.until('second tab', () => byTab().size === 2);
  await second.click('#buy');
  await page.bringToFront();
  await page.click('#buy');
  await world.until('both spans', () => world.spans.length === 2);
  expect(new Set(world.records.map(({ attributes }) => attributes['session.id'])).size).toBe(1);
  expect(new Set(world.spans.map(({ attributes }) => attributes['session.replay.tab'])).size).toBe(2);
  expect(world.events('session.start')).toHaveLength(1);
  await context.close();
});

test('going back through the back/forward cache records on as a new tab with a checkpoint', async () => {
  const { page, context } = await open();
  await page.evaluate(() => window.addEventListener('pageshow', ({ persisted }) => void fetch(`/restored?${persisted}`)));
  await world.until('first chunk', () => world.chunks()[0]);
  await page.goto(`${world.site}/other`);
  await world.until('final chunk', () => world.chunks().find(isFinal));
  // Not page.goBack(): it waits for a load event, which a restored page does not have.
  await page.evaluate(() => history.back());
  await world.until('restored from the cache', () => world.requests.some(({ path }) => path === '/restored?true'));
  await world.until('restored tab', () => byTab().size === 2);
  const traverse = await world.until('navigation', () => world.events('browser.navigation').find(({ attributes }) => attributes['browser.navigation.type'] === 'traverse'));
  expect(traverse.attributes['session.id']).toBe(world.chunks()[0]?.attributes['session.id']);
  expect(world.events('session.start')).toHaveLength(1);
  await context.close();
});

test('after an idle quarter of an hour the next click begins a session that is playable from its first chunk', async () => {
  const context = await world.browser.newContext();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${world.site}/shop`);
  await page.clock.runFor(3000);
  const first = await world.until('first session', () => world.chunks()[0]);
  await page.clock.runFor(16 * 60_000);
  // What is sent is not on the page's clock.
  await page.evaluate(() => (window as unknown as { otelReplay: { flush(): Promise<void> } }).otelReplay.flush());
  const before = world.chunks().length;
  await page.evaluate(() => document.body.append('while nobody looks'));
  await page.clock.runFor(60_000);
  expect(world.chunks()).toHaveLength(before);
  await page.click('#buy');
  await page.clock.runFor(8000);
  const second = await world.until('second session', () => world.chunks().find(({ attributes }) => attributes['session.id'] !== first.attributes['session.id']));
  expect(chunkEvents(second).slice(0, 2).map(({ type }) => type)).toEqual([4, 2]);
  expect(second.attributes['session.replay.seq']).toBe(0);
  const start = world.events('session.start')[1];
  expect(start?.attributes['session.previous_id']).toBe(first.attributes['session.id']);
  expect(world.events('session.end')[0]?.attributes['session.id']).toBe(first.attributes['session.id']);
  await context.close();
});

test('a receiver that fails for a while gets everything afterwards', async () => {
  world.answers.push(503, 503, 503);
  const { page, context } = await open();
  for (let i = 0; i < 5; i++) await page.evaluate((n) => document.body.append(`number ${n} `), i);
  const recorded = await world.until('all changes', () => {
    const text = JSON.stringify(world.chunks().flatMap(chunkEvents));
    return text.includes('number 4') ? text : undefined;
  });
  for (let i = 0; i < 5; i++) expect(recorded).toContain(`number ${i}`);
  expect(byTab().size).toBe(1);
  await context.close();
});

test('requests of every kind reach the backend unharmed and carry their context', async () => {
  world.pages.set('/requests', `<!doctype html><title>Requests</title>
    <script>const before = window.fetch; window.wrapped = 0; window.fetch = function (...args) { if (!String(args[0].url ?? args[0]).includes('/v1/')) window.wrapped++; return before.apply(this, args); };</script>
    SDK
    <script>const after = window.fetch; window.fetch = (...args) => after(...args);</script>`);
  const { page, context } = await open('/requests');
  const wrapped = await page.evaluate(async () => {
    const form = new FormData();
    form.append('file', new Blob(['file content']), 'a.txt');
    await fetch('/form', { method: 'POST', body: form });
    await fetch(new Request('/request', { method: 'PUT', body: 'request body', headers: { 'x-own': 'kept' }, referrer: `${location.origin}/elsewhere` }));
    await fetch(new Request('/both', { method: 'POST', body: 'both body' }), { headers: { 'x-own': 'replaced' } });
    await fetch('/blob', { method: 'POST', body: new Blob(['blob body']) });
    await fetch('/fail');
    await new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      xhr.open('POST', '/xhr');
      xhr.onload = resolve;
      xhr.send(new URLSearchParams({ q: 'xhr body' }));
    });
    const aborted = new AbortController();
    const pending = fetch('/aborted', { signal: aborted.signal });
    aborted.abort();
    await pending.catch(() => undefined);
    return (window as unknown as { wrapped: number }).wrapped;
  });
  await world.until('spans', () => world.spans.length === 7);
  await context.close();
  expect(wrapped).toBe(6);
  const seen = Object.fromEntries(world.requests.map((request) => [request.path, request]));
  expect(seen['/form']?.body).toContain('file content');
  expect(seen['/form']?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  expect(seen['/request']).toMatchObject({ body: 'request body', headers: { 'x-own': 'kept', referer: `${world.site}/elsewhere` } });
  expect(seen['/both']).toMatchObject({ body: 'both body', headers: { 'x-own': 'replaced' } });
  expect(seen['/blob']?.body).toBe('blob body');
  expect(seen['/xhr']?.body).toBe('q=xhr+body');
  for (const path of ['/form', '/request', '/both', '/blob', '/fail', '/xhr']) {
    const span = world.spans.find(({ attributes }) => String(attributes['url.full']).endsWith(path));
    expect(seen[path]?.headers['traceparent']).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
  }
  const statuses = Object.fromEntries(world.spans.map(({ attributes, status }) => [new URL(String(attributes['url.full'])).pathname, [status, attributes['error.type']]]));
  expect(statuses['/fail']).toEqual(['STATUS_CODE_ERROR', '500']);
  expect(statuses['/aborted']).toEqual(['STATUS_CODE_ERROR', 'AbortError']);
  expect(statuses['/xhr']).toEqual(['STATUS_CODE_UNSET', undefined]);
});

test('a page with a strict content security policy is recorded, and sees no violation', async () => {
  world.policy = `default-src 'none'; script-src 'self'; connect-src ${world.receiver}; worker-src 'none'`;
  world.pages.set('/strict', '<!doctype html><title>Strict</title><body>SDK<p>strict</p></body>');
  const context = await world.browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${world.site}/strict`);
  const chunk = await world.until('checkpoint', () => world.chunks()[0]);
  await context.close();
  expect(chunk.attributes['session.replay.encoding']).toBe('gzip');
  expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
});

test('a frame of the same origin is recorded once, by the page around it', async () => {
  world.pages.set('/framed', '<!doctype html><title>Framed</title>SDK<body><iframe src="/inner"></iframe></body>');
  world.pages.set('/inner', '<!doctype html><title>Inner</title>SDK<body>inside the frame</body>');
  const { context } = await open('/framed');
  await world.until('frame content', () => JSON.stringify(world.chunks().flatMap(chunkEvents)).includes('inside the frame'));
  await context.close();
  expect(byTab().size).toBe(1);
});

test('a password stays masked when the page shows it', async () => {
  const { page, context } = await open();
  await page.fill('#pin', 'hunter2-');
  await page.evaluate(() => document.querySelector('#pin')?.setAttribute('type', 'text'));
  await page.type('#pin', 'more-secret');
  await page.goto(`${world.site}/other`);
  await world.until('final chunk', () => world.chunks().find(isFinal));
  await context.close();
  const recorded = JSON.stringify(world.chunks().flatMap(chunkEvents));
  expect(recorded).not.toContain('hunter2');
  expect(recorded).not.toContain('more-secret');
});
