import { afterEach, expect, test } from 'vitest';

import type { eventWithTime } from '@rrweb/types';

import { createEventMask } from '../src/late/event-mask';
import type { Mirror } from '../src/late/rrweb';
import type { PrivacyOptions } from '../src/privacy/privacy';
import { scrub } from '../src/privacy/scrub';
import { testPrivacy } from './privacy';

afterEach(() => (document.body.innerHTML = ''));

test.each([
  ['a card number in groups', 'paid with 4111 1111 1111 1111 today', 'paid with ****** today'],
  ['a card number beside another number', 'card 4111-1111-1111-1111 12', 'card ******'],
  ['an e-mail address', 'to ada.l+x@mail.example.com, please', 'to ******, please'],
  ['an encoded e-mail address', '/u?to=ada%40example.com', '/u?to=******'],
  ['a token in an address', '/cb?code=abc&page=2&access_token=s3#id_token=t', '/cb?code=******&page=2&access_token=******#id_token=******'],
  ['credentials in an address', 'https://ada:pw@example.com/x', 'https://example.com/x'],
  ['a header', 'Authorization: Bearer abcdef123456', 'Authorization: ******'],
  ['a field of JSON', '{"password":"a \\"b\\" c","id":7}', '{"password":"******","id":7}'],
  ['a web token', 'sent eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x-y', 'sent ******'],
  ['a field of a form', 'name=Ada&cvv=123', 'name=Ada&cvv=******'],
])('%s is masked', (_, text, masked) => expect(scrub(text)).toBe(masked));

test.each(['order 1700000000000', 'https://shop.test/a?page=2&sort=name#top', 'at f (https://a.test/x.js:10:20)', 'author: Ada', '12:30, 4 items at 3.50', '2026-01-05T10:00:00Z'])(
  '"%s" is left as it is',
  (text) => expect(scrub(text)).toBe(text),
);

test.each(['word =: ', 'letters', 'a.', 'a-b@', '1 2 ', 'token', 'https:'])('a long text of "%s" costs little', (part) => {
  const text = `=${part.repeat(200_000 / part.length)}`;
  const start = performance.now();
  expect(scrub(text).length).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(5000);
});

/** Serialises like rrweb, as far as the mask looks at it. */
function recorded(html: string, privacy: Partial<PrivacyOptions> = {}): string {
  document.body.innerHTML = html;
  const nodes = new Map<number, Node>();
  const serialise = (node: Node): object => {
    const id = nodes.size + 1;
    nodes.set(id, node);
    if (!(node instanceof Element)) return { type: 3, id, textContent: node.textContent };
    const attributes = Object.fromEntries(Array.from(node.attributes, ({ name, value }) => [name, value]));
    return { type: 2, id, tagName: node.localName, attributes, childNodes: Array.from(node.childNodes, serialise) };
  };
  const event = { type: 2, data: { node: serialise(document.body), initialOffset: {} }, timestamp: 0 } as unknown as eventWithTime;
  createEventMask(testPrivacy(privacy), { getNode: (id: number) => nodes.get(id) ?? null, getId: () => -1 } as unknown as Mirror)(event);
  return JSON.stringify(event);
}

test.each(['title', 'alt', 'placeholder', 'aria-label'])('the attribute %s is masked, but not where the page unmasks it or in open mode', (name) => {
  const html = `<p ${name}="a note"></p>`;
  expect(recorded(html)).not.toContain('a note');
  expect(recorded(html, { mode: 'open' })).toContain('a note');
  expect(recorded(`<div data-otel-unmask>${html}</div>`)).toContain('a note');
});

test('values of inputs that rrweb leaves out are masked', () => {
  const html = '<input type="checkbox" value="v1"><input type="radio" value="v2"><input type="hidden" value="v3"><textarea>v4</textarea><input value="v5">';
  expect(recorded(html)).not.toMatch(/v\d/);
});

test('a masked select shows the mask, and keeps the other choices', () => {
  const text = recorded('<select><option value="1">one</option><option value="2" selected>two</option></select>');
  expect(text).toContain('{"value":"******"}');
  expect(text).toContain('two');
  expect(text).not.toContain('"one"');
});

test('documents in attributes, handlers, and contents of most meta elements do not leave', () => {
  const text = recorded('<iframe srcdoc="secret1"></iframe><b onclick="secret2()"></b><meta name="csrf" content="secret3"><meta name="viewport" content="width=1">');
  expect(text).not.toContain('secret');
  expect(text).toContain('width=1');
});

test('pictures in addresses stay as they are, a canvas becomes an image', () => {
  const picture = `data:image/png;base64,${'4111111111111111'.repeat(3)}`;
  expect(recorded(`<img src="${picture}">`)).toContain(picture);
  expect(recorded('<canvas width="10"></canvas>')).toContain('"tagName":"img"');
});

test('a change of an element that is gone is masked', () => {
  const event = { type: 3, data: { source: 0, attributes: [{ id: 99, attributes: { title: 'gone', value: 'gone' } }] }, timestamp: 0 } as unknown as eventWithTime;
  createEventMask(testPrivacy(), { getNode: () => null, getId: () => -1 } as unknown as Mirror)(event);
  expect(JSON.stringify(event)).not.toContain('gone');
});
