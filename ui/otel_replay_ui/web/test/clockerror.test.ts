import { describe, expect, it } from 'vitest';
import { clockError, clockNote } from '../src/lib/clockerror';
import { manifest, tab } from './samples';

const of = (session: number, ...tabs: number[]): string =>
  clockNote(manifest(tabs.map((error, index) => tab(`t${index}`, [{ seq: 0, start: 0 }], { clock_error_ms: error })), { clock_error_ms: session }));

describe('what is said of clocks', () => {
  it.each([
    [422_000, '7 min 2 s ahead'],
    [-422_000, '7 min 2 s behind'],
    [2_040, '2.04 s ahead'],
    [9 * 3_600_000, '9 h ahead'],
    [-30 * 86_400_000, '30 days behind'],
    [2_275_000_000_000, '72 years ahead'],
  ])('%d ms', (error, text) => expect(clockError(error)).toBe(text));

  it('is nothing where all are right', () => {
    expect(of(0, 0, 0)).toBe('');
    expect(of(0)).toBe('');
  });

  it('is one sentence for one clock', () => {
    expect(of(-420_000, -420_000, -420_000)).toBe("The browser's clock was 7 min behind. All times here are corrected.");
    expect(of(420_000)).toBe("The browser's clock was 7 min ahead. All times here are corrected.");
  });

  it('names the worst of several', () => {
    expect(of(0, 0, 60_000, -180_000)).toBe("The session's browsers had different clocks, up to 3 min behind. All times here are corrected.");
  });
});
