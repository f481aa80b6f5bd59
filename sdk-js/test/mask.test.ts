import { expect, test } from 'vitest';

import { maskingOptions } from '../src/replay/mask';
import type { ReplayOptions } from '../src/replay/rrweb';

function masked(options: ReplayOptions, type: string, text: string): string | undefined {
  const element = Object.assign(document.createElement('input'), { type });
  return maskingOptions(options).maskInputFn?.(text, element);
}

test('every input is masked by tag, so that hidden and unknown types are too', () => {
  expect(maskingOptions({})).toMatchObject({ maskAllInputs: false, maskInputOptions: { input: true, textarea: true, select: true, password: true } });
});

test('the mask does not tell the length, and an empty field stays empty', () => {
  expect([masked({}, 'text', 'ab'), masked({}, 'email', 'a'.repeat(40)), masked({}, 'hidden', 'x')]).toEqual(['******', '******', '******']);
  expect(masked({}, 'text', '')).toBe('');
});

test('labels of buttons stay readable', () => {
  expect(masked({}, 'submit', 'Pay')).toBe('Pay');
});

test('passwords stay masked whatever the page asks for', () => {
  expect(maskingOptions({ maskAllInputs: false }).maskInputOptions).toEqual({ password: true });
  expect(maskingOptions({ maskInputOptions: { password: false, email: true } }).maskInputOptions).toEqual({ password: true, email: true });
});

function maskedText(html: string, options: ReplayOptions = {}): (string | undefined)[] {
  document.body.innerHTML = html;
  const { maskTextSelector, maskTextFn } = maskingOptions(options);
  return Array.from(document.querySelectorAll<HTMLElement>('p'), (element) =>
    maskTextSelector && element.closest(maskTextSelector) ? maskTextFn?.(element.textContent, element) : element.textContent,
  );
}

test('text typed into editable elements is masked like an input', () => {
  const html = '<div contenteditable><p>a note</p><p> </p></div><div contenteditable="plaintext-only"><p>b</p></div><div contenteditable="false"><p>page</p></div>';
  expect(maskedText(html)).toEqual(['******', ' ', '******', 'page']);
});

test('text that the page asks to mask keeps its shape, and editable elements stay masked beside it', () => {
  const html = '<p class="own">two words</p><div contenteditable><p>typed</p></div>';
  expect(maskedText(html, { maskTextSelector: '.own' })).toEqual(['*** *****', '******']);
});

test('a page that records its inputs records its editable elements too', () => {
  expect(maskedText('<div contenteditable><p>typed</p></div>', { maskAllInputs: false })).toEqual(['typed']);
});
