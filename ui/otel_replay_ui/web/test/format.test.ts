import { describe, expect, it } from 'vitest';
import { ago, bytes, clockTime, compact, duration, urlHost, urlPath } from '../src/lib/format';
import { displayName, initials, secondLine } from '../src/lib/person';

describe('times', () => {
  it.each([
    [0, '0:00', '0:00.0'],
    [65_340, '1:05', '1:05.3'],
    [3_723_999, '1:02:03', '1:02:03.9'],
    [-5, '0:00', '0:00.0'],
  ])('%d ms', (ms, whole, tenths) => {
    expect(clockTime(ms)).toBe(whole);
    expect(clockTime(ms, true)).toBe(tenths);
  });

  it.each([
    [0, '0 ms'],
    [0.12, '120 µs'],
    [4.5, '4.5 ms'],
    [48.2, '48 ms'],
    [1250, '1.25 s'],
    [59_400, '59 s'],
    [59_700, '1 m'],
    [200_000, '3 m 20 s'],
    [7_500_000, '2 h 5 m'],
  ])('a length of %d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [2000, 'just now'],
    [42_000, '42 s ago'],
    [180_000, '3 min ago'],
    [7_200_000, '2 h ago'],
    [3 * 86_400_000, '3 d ago'],
  ])('%d ms ago', (past, text) => {
    expect(ago(1_000_000_000_000 - past, 1_000_000_000_000)).toBe(text);
  });
});

describe('sizes and addresses', () => {
  it.each([
    [812, '812 B'],
    [1200, '1.2 kB'],
    [3_000_000, '3 MB'],
  ])('%d bytes', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it('takes an address apart, and leaves alone what is none', () => {
    expect(urlPath('https://shop.example/a?b=1#c')).toBe('/a?b=1#c');
    expect(urlHost('https://shop.example:8443/a')).toBe('shop.example:8443');
    expect(urlPath('not an address')).toBe('not an address');
  });
});

describe('people', () => {
  const nobody = { id: '', name: '', email: '' };

  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada@example.com', 'A'],
    ['grace.hopper@navy.example', 'GH'],
    ['', '?'],
  ])('%s becomes %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });

  it('tells visits of nobody apart by their session', () => {
    expect(displayName(nobody)).toBe('Anonymous');
    expect(secondLine(nobody, '0123456789abcdef')).toBe('01234567');
  });

  it('adds to a name what tells two people of that name apart', () => {
    expect(secondLine({ id: 'u-1', name: 'Ada', email: '' }, 's')).toBe('u-1');
  });
});

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1k'],
  [1249, '1.2k'],
  [9960, '10k'],
  [100_000, '100k'],
  [999_600, '1M'],
  [2_340_000, '2.3M'],
])('%d in little room is %s', (count, text) => {
  expect(compact(count)).toBe(text);
});
