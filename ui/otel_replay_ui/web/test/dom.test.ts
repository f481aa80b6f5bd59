import { describe, expect, it } from 'vitest';
import { h, safeHref, setText } from '../src/lib/dom';

const HOSTILE = '<img src=x onerror="alert(1)">';

describe('h', () => {
  it('shows markup as text', () => {
    const element = h('p', { title: HOSTILE }, HOSTILE);
    expect(element.querySelector('img')).toBeNull();
    expect(element.textContent).toBe(HOSTILE);
    expect(element.getAttribute('title')).toBe(HOSTILE);
  });

  it('leaves out what is not there', () => {
    const element = h('p', { hidden: false, id: undefined }, null, false, 'a', 0);
    expect(element.outerHTML).toBe('<p>a0</p>');
  });

  it('listens', () => {
    let clicks = 0;
    h('button', { on: { click: () => (clicks += 1) } }).click();
    expect(clicks).toBe(1);
  });
});

it('only makes links of web addresses', () => {
  expect(safeHref('https://shop.example/')).toBe('https://shop.example/');
  expect(safeHref('javascript:alert(1)')).toBeUndefined();
  expect(safeHref('data:text/html,x')).toBeUndefined();
});

it('does not touch a text that is the same', () => {
  const element = h('p', {}, 'same');
  const node = element.firstChild;
  setText(element, 'same');
  expect(element.firstChild).toBe(node);
});
