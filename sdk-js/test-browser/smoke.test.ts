import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { chunkEvents } from '../test/otlp';
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
  await world.until('final chunk', () => world.chunks().find((chunk) => chunk.attributes['session.replay.final'] === true));
  await context.close();

  const chunks = world.chunks();
  expect(chunks.map((chunk) => chunk.attributes['session.replay.seq'])).toEqual(chunks.map((_, index) => index));
  const recorded = JSON.stringify(chunks.flatMap(chunkEvents));
  expect(recorded).toContain('the very last change');
  for (const secret of ['SECRET10', 'pin-4711', 'csrf-secret']) expect(recorded).not.toContain(secret);
});
