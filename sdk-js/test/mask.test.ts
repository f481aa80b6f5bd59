import { afterEach, expect, test } from 'vitest';

import { maskValue, recorderOptions } from '../src/late/recorder-options';
import type { ReplayOptions } from '../src/late/rrweb';
import type { PrivacyOptions } from '../src/privacy/privacy';
import type { Settings } from '../src/options';
import { testPrivacy } from './privacy';

afterEach(() => (document.body.innerHTML = ''));

function options(privacy: Partial<PrivacyOptions> = {}): ReplayOptions {
  return recorderOptions({ privacy: testPrivacy(privacy), settings: { rrweb: {} } as Settings });
}

function value(html: string, text: string, privacy: Partial<PrivacyOptions> = {}): string {
  document.body.innerHTML = html;
  return maskValue(text, document.body.querySelector('input, select, textarea') as HTMLElement, testPrivacy(privacy));
}

test('every input is masked by tag, so that hidden and unknown types are too', () => {
  expect(options()).toMatchObject({ maskAllInputs: false, maskInputOptions: { input: true, textarea: true, select: true, password: true } });
});

test('the mask does not tell the length, and an empty field stays empty', () => {
  expect([value('<input>', 'ab'), value('<input type=email>', 'a'.repeat(40)), value('<input type=hidden>', 'x')]).toEqual(['******', '******', '******']);
  expect(value('<input>', '')).toBe('');
});

test('labels of buttons stay readable, except in strict mode', () => {
  expect(value('<input type=submit>', 'Pay')).toBe('Pay');
  expect(value('<input type=submit>', 'Pay', { mode: 'strict' })).toBe('******');
});

test.each([
  ['a password', '<input type=password>'],
  ['a password in an unmasked part', '<div data-otel-unmask><input type=password></div>'],
  ['a card number', '<input autocomplete="cc-number">'],
  ['a card number by its name', '<input name="cardNumber">'],
  ['a security code', '<div data-otel-unmask><input id="cvv"></div>'],
  ['a one-time code', '<input autocomplete="one-time-code">'],
])('%s is masked in every mode', (_, html) => {
  for (const mode of ['strict', 'balanced', 'open'] as const) expect(value(html, 'secret', { mode })).toBe('******');
});

test('a password that the page shows stays masked', () => {
  document.body.innerHTML = '<input type=password>';
  const input = document.querySelector('input') as HTMLInputElement;
  expect(maskValue('one', input, testPrivacy({ mode: 'open' }))).toBe('******');
  input.type = 'text';
  expect(maskValue('two', input, testPrivacy({ mode: 'open' }))).toBe('******');
});

test('open mode shows inputs, but not those inside what the page masks; the nearest rule counts', () => {
  expect(value('<input>', 'shown', { mode: 'open' })).toBe('shown');
  expect(value('<div class=rr-mask><input></div>', 'hidden', { mode: 'open' })).toBe('******');
  expect(value('<div class=rr-mask><div data-otel-unmask><input></div></div>', 'shown')).toBe('shown');
  expect(value('<div data-otel-unmask><div class=rr-mask><input></div></div>', 'hidden')).toBe('******');
});

function maskedText(html: string, privacy: Partial<PrivacyOptions> = {}): (string | undefined)[] {
  document.body.innerHTML = html;
  const { maskTextSelector, maskTextFn } = options(privacy);
  return Array.from(document.querySelectorAll<HTMLElement>('p'), (element) =>
    maskTextSelector && element.closest(maskTextSelector) ? maskTextFn?.(element.textContent, element) : element.textContent,
  );
}

test('text typed into editable elements is masked like an input', () => {
  const html = '<div contenteditable><p>a note</p><p> </p></div><div contenteditable="plaintext-only"><p>b</p></div><div contenteditable="false"><p>page</p></div>';
  expect(maskedText(html)).toEqual(['******', ' ', '******', 'page']);
});

test('text that the page asks to mask does not tell its length', () => {
  expect(maskedText('<p class="own">two words</p><p>shown</p>', { mask: '.own' })).toEqual(['******', 'shown']);
});

test('strict mode masks all text but what is unmasked, and has boxes for media', () => {
  expect(maskedText('<p>all</p><p data-otel-unmask>shown</p>', { mode: 'strict' })).toEqual(['******', 'shown']);
  expect(options({ mode: 'strict' }).blockSelector).toContain('img');
});

test('open mode records editable elements', () => {
  expect(maskedText('<div contenteditable><p>typed</p></div>', { mode: 'open' })).toEqual(['typed']);
});
