import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { EventInput } from '../src/emitter';
import { watchClicks } from '../src/late/clicks';
import { CONSOLE_LEVELS, watchConsole } from '../src/signals/console';
import { watchErrors, type ErrorSignal } from '../src/signals/errors';
import { describeException } from '../src/signals/exception';
import { watchNavigation } from '../src/signals/navigation';
import { formatConsole } from '../src/signals/preview';
import { cssSelector } from '../src/late/selector';
import type { Settings } from '../src/options';
import { Warnings } from '../src/warnings';
import { testPrivacy } from './privacy';

interface Emitted extends EventInput {
  readonly name: string;
}

let emitted: Emitted[];
const emit = (name: string, event: EventInput): void => void emitted.push({ name, ...event });
const undo: (() => void)[] = [];

beforeEach(() => {
  emitted = [];
  document.body.innerHTML = '';
});
afterEach(() => {
  undo.splice(0).forEach((step) => step());
  vi.useRealTimers();
});

function watchedErrors(): ErrorSignal {
  const signal = watchErrors(emit, new Warnings(), true, []);
  undo.push(signal.stop);
  return signal;
}

test('an uncaught error arrives with type, message and stack', () => {
  watchedErrors();
  const error = new RangeError('too far');
  window.dispatchEvent(new ErrorEvent('error', { error, message: 'Uncaught RangeError: too far' }));
  expect(emitted[0]).toMatchObject({
    name: 'exception',
    severity: 17,
    attributes: { 'exception.type': 'RangeError', 'exception.message': 'too far', 'exception.escaped': true },
  });
  expect(emitted[0]?.attributes['exception.stacktrace']).toContain('signals.test.ts');
});

test('an error without its object is read from its message', () => {
  watchedErrors();
  window.dispatchEvent(new ErrorEvent('error', { message: 'Uncaught TypeError: x is null', filename: 'https://a.test/x.js', lineno: 3, colno: 7 }));
  window.dispatchEvent(new ErrorEvent('error', { message: 'Script error.' }));
  expect(emitted.map(({ attributes }) => [attributes['exception.type'], attributes['exception.message']])).toEqual([
    ['TypeError', 'x is null'],
    ['Error', 'Script error.'],
  ]);
  expect(emitted[0]?.attributes['exception.stacktrace']).toContain('at https://a.test/x.js:3:7');
});

test.each<[string, unknown, string, string]>([
  ['an error', new TypeError('no stock'), 'TypeError', 'no stock'],
  ['a DOMException', new DOMException('gone', 'AbortError'), 'AbortError', 'gone'],
  ['a text', 'nope', 'UnhandledRejection', 'nope'],
  ['nothing', undefined, 'UnhandledRejection', 'undefined'],
  ['an object', { code: 7 }, 'UnhandledRejection', '{"code":7}'],
])('a rejection with %s arrives', (_, reason, type, message) => {
  watchedErrors();
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason }));
  expect(emitted[0]?.attributes).toMatchObject({ 'exception.type': type, 'exception.message': message });
});

test('an error that is reported and thrown on stays one error', () => {
  const signal = watchedErrors();
  const error = new Error('once');
  signal.record(error, { 'cart.id': 'c1' });
  window.dispatchEvent(new ErrorEvent('error', { error }));
  expect(emitted).toHaveLength(1);
  expect(emitted[0]?.attributes).toMatchObject({ 'cart.id': 'c1' });
  expect(emitted[0]?.attributes).not.toHaveProperty(['exception.escaped']);
});

test('causes follow in the stack trace, five at most, cycles and plain values included', () => {
  const chain = (depth: number): Error => new Error(`level ${depth}`, depth < 9 ? { cause: chain(depth + 1) } : {});
  const stack = String(describeException(chain(0))['exception.stacktrace']);
  expect(stack.match(/\nCaused by: /g)).toHaveLength(5);
  expect(stack).toContain('Caused by: Error: level 5');

  const cyclic = new Error('a');
  cyclic.cause = new Error('b', { cause: cyclic });
  expect(String(describeException(cyclic)['exception.stacktrace']).match(/Caused by: /g)).toHaveLength(1);
  expect(describeException(new Error('a', { cause: 'plain' }))['exception.stacktrace']).toMatch(/\nCaused by: plain$/);
});

test('a stack without its message, as Firefox writes it, gets one; a long one is cut', () => {
  const error = Object.assign(new Error('boom'), { stack: 'f@https://a.test/x.js:1:2' });
  expect(describeException(error)['exception.stacktrace']).toBe('Error: boom\nf@https://a.test/x.js:1:2');
  const long = Object.assign(new Error('x'), { stack: `Error: x\n${'y'.repeat(100_000)}` });
  expect(String(describeException(long)['exception.stacktrace'])).toHaveLength(16_384);
});

test('a thrown value that throws when it is looked at reaches nobody', () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  watchedErrors();
  const hostile = { get message(): string { throw new Error('gotcha'); } };
  window.dispatchEvent(new ErrorEvent('error', { error: hostile }));
  expect(emitted).toEqual([]);
});

function watchedConsole(): void {
  undo.push(watchConsole(emit, CONSOLE_LEVELS, new Warnings()));
}

test('console calls arrive with text and severity, and the console still gets them', () => {
  const original = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const debug = vi.spyOn(console, 'debug').mockImplementation(() => undefined);
  watchedConsole();
  console.warn('low %s: %d', 'stock', 3, { sku: 7 });
  console.debug('x');
  expect(original).toHaveBeenCalledWith('low %s: %d', 'stock', 3, { sku: 7 });
  expect(debug).toHaveBeenCalledTimes(1);
  expect(emitted).toMatchObject([
    { name: 'browser.console', severity: 13, body: 'low stock: 3 {sku: 7}', attributes: { 'browser.console.method': 'warn' } },
    { severity: 5, body: 'x' },
  ]);
});

test('a console call made while one is being reported does not recurse', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const noisy = (name: string, event: EventInput): void => {
    emit(name, event);
    console.log('from inside');
  };
  undo.push(watchConsole(noisy, CONSOLE_LEVELS, new Warnings()));
  console.log('from the page');
  expect(log).toHaveBeenCalledTimes(2);
  expect(emitted.map(({ body }) => body)).toEqual(['from the page']);
});

test('a page that logs in a loop is cut off, and the count of the rest is told', () => {
  vi.useFakeTimers();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  watchedConsole();
  for (let i = 0; i < 500; i++) console.log(i);
  expect(emitted).toHaveLength(200);
  vi.advanceTimersByTime(10_000);
  expect(emitted[200]).toMatchObject({ severity: 13, attributes: { 'browser.console.dropped_count': 300 } });
  console.log('again');
  expect(emitted).toHaveLength(202);
});

test('the console is given back, but only where nobody has wrapped it since', () => {
  const log = console.log;
  const info = console.info;
  const stop = watchConsole(emit, CONSOLE_LEVELS, new Warnings());
  const wrapper = (): void => undefined;
  console.info = wrapper;
  stop();
  expect(console.log).toBe(log);
  expect(console.info).toBe(wrapper);
  console.info = info;
});

test.each<[string, unknown[], string]>([
  ['several values', ['a', 1, null, undefined, true], 'a 1 null undefined true'],
  ['%% and missing values', ['100%% %s', ], '100% %s'],
  ['styles', ['%cbig', 'font-size: 40px'], 'big'],
  ['nested objects', [{ a: { b: { c: { d: { e: 1 } } } } }], '{a: {b: {c: {d: …}}}}'],
  ['lists', [[1, 'x', [2]]], '[1, "x", [2]]'],
  ['functions', [function buy() { return 1; }], 'function buy'],
])('console arguments read well: %s', (_, args, expected) => {
  expect(formatConsole(args, 2048)).toBe(expected);
});

test('cyclic and huge console arguments are cut short without being walked whole', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  expect(formatConsole([cyclic], 2048)).toBe('{self: [circular]}');
  let reads = 0;
  const huge = Array.from({ length: 100_000 }, () => ({ get value() { reads += 1; return 'v'.repeat(100); } }));
  expect(formatConsole([huge, huge, huge], 2048).length).toBeLessThan(5000);
  expect(reads).toBeLessThan(100);
});

function watchedNavigation() {
  window.happyDOM.setURL('https://shop.test/start');
  const signal = watchNavigation(emit, new Warnings());
  undo.push(signal.stop);
  return { signal, types: () => emitted.map(({ attributes }) => attributes['browser.navigation.type']) };
}

test('the load and each navigation inside the page are reported, with address and title', () => {
  const { types } = watchedNavigation();
  document.title = 'Cart';
  history.pushState({}, '', '/cart');
  history.replaceState({}, '', '/cart?step=2');
  expect(types()).toEqual(['load', 'push', 'replace']);
  expect(emitted[2]?.attributes).toEqual({
    'browser.navigation.type': 'replace',
    'url.full': 'https://shop.test/cart?step=2',
    'browser.document.title': 'Cart',
  });
});

test('going back is a traversal, a fragment is a hash navigation and counted once', () => {
  const { types } = watchedNavigation();
  window.happyDOM.setURL('https://shop.test/start#reviews');
  window.dispatchEvent(new PopStateEvent('popstate'));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  window.happyDOM.setURL('https://shop.test/before');
  window.dispatchEvent(new PopStateEvent('popstate'));
  expect(types()).toEqual(['load', 'hash', 'traverse']);
});

test('pushState does what it did, its errors included, and is given back', () => {
  const before = history.pushState;
  const signal = watchNavigation(emit, new Warnings());
  expect(() => history.pushState({ f: () => undefined }, '', 'https://elsewhere.test/')).toThrow();
  expect(emitted).toHaveLength(1);
  signal.stop();
  expect(history.pushState).toBe(before);
});

function click(selector: string, hidden: readonly string[] = ['.rr-mask']): Emitted | undefined {
  undo.push(watchClicks({ emit, privacy: testPrivacy({ block: hidden.join(', ') }), warnings: new Warnings(), settings: { clicks: {} } as Settings }));
  document.querySelector(selector)?.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, button: 0 }));
  return emitted[0];
}

test('a click tells where it hit and what the button says', () => {
  document.body.innerHTML = '<main><button class="btn primary"> Buy <b>now</b></button></main>';
  expect(click('b')).toMatchObject({
    name: 'browser.user_action.click',
    attributes: { 'browser.tag_name': 'B', 'browser.element.text': 'Buy now', 'browser.mouse_event.button': 0, 'browser.css_selector': 'body > main > button.btn.primary > b' },
  });
});

test('parts of a label that stand apart are told apart, and what is not shown is left out', () => {
  document.body.innerHTML = '<button id="who"><div>A</div><span style="display: block">Ada By<b style="display: inline">ron</b><br>ada@shop.test</span><span style="display: none">4711</span></button>';
  expect(click('#who')?.attributes['browser.element.text']).toBe('A Ada Byron ada@shop.test');
});

test('a click is reported even when the page stops it', () => {
  document.body.innerHTML = '<button id="x">x</button>';
  document.querySelector('#x')?.addEventListener('click', (event) => event.stopImmediatePropagation());
  expect(click('#x')).toBeDefined();
});

test.each<[string, string, string]>([
  ['an input', '<input id="t" value="secret">', '#t'],
  ['a button-like input', '<input type="submit" id="t" value="secret">', '#t'],
  ['a textarea in a label', '<label>Note <textarea id="t">secret</textarea></label>', 'textarea'],
  ['plain text', '<p id="t">secret</p>', '#t'],
  ['an editor', '<button><span contenteditable id="t">secret</span></button>', '#t'],
  ['a masked button', '<button class="rr-mask" id="t">secret</button>', '#t'],
  ['a button with a masked part', '<button id="t">Hello <i class="rr-mask">secret</i></button>', '#t'],
  ['a button in a masked part', '<div class="rr-mask"><button id="t">secret</button></div>', '#t'],
])('the text of %s stays in the page', (_, html, selector) => {
  document.body.innerHTML = html;
  expect(JSON.stringify(click(selector))).not.toContain('secret');
});

test('a label is told without what is typed inside it', () => {
  document.body.innerHTML = '<label id="t">Your note <textarea>secret</textarea></label>';
  expect(click('#t')?.attributes['browser.element.text']).toBe('Your note');
});

test('long button texts are cut', () => {
  document.body.innerHTML = `<button id="t">${'long '.repeat(100)}</button>`;
  expect(String(click('#t')?.attributes['browser.element.text'])).toHaveLength(64);
});

test.each<[string, string, string]>([
  ['an id', '<div id="cart"><i></i></div>', 'div#cart > i'],
  ['a generated id', '<div id="r1234"><i></i></div>', 'body > div > i'],
  ['a marker attribute', '<a data-testid="go"><i></i></a>', 'a[data-testid="go"] > i'],
  ['siblings', '<ul><li></li><li><i></i></li></ul>', 'body > ul > li:nth-of-type(2) > i'],
])('a selector is readable and finds the element: %s', (_, html, expected) => {
  document.body.innerHTML = html;
  const element = document.querySelector('i') as Element;
  expect(cssSelector(element)).toBe(expected);
  expect(document.querySelector(expected)).toBe(element);
});
