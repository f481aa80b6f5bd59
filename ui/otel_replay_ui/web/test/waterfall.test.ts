import { describe, expect, it } from 'vitest';
import { eachSpan, findSpan, placePlayhead, toRows, traceRange } from '../src/waterfall/layout';
import { deepestFailure, traceTitle } from '../src/waterfall/pane';
import { span, trace } from './samples';

const tree = [
  span('root', 100, 100, {
    children: [span('late', 150, 20), span('early', 110, 30, { children: [span('leaf', 115, 5)] })],
  }),
];

const ids = (collapsed: string[]): string[] => toRows(tree, new Set(collapsed)).map((row) => `${row.depth}${row.span.span_id}`);

describe('rows', () => {
  it('have parents first and siblings by their start', () => {
    expect(ids([])).toEqual(['0root', '1early', '2leaf', '1late']);
  });

  it('hide what is below a collapsed span, and count it', () => {
    expect(ids(['early'])).toEqual(['0root', '1early', '1late']);
    expect(toRows(tree, new Set(['root']))).toMatchObject([{ descendants: 3, collapsed: true }]);
  });
});

describe('a trace of many levels', () => {
  const levels = 50_000;
  let deep = span(`level ${levels - 1}`, 100, 1);
  for (let level = levels - 2; level >= 0; level -= 1) deep = span(`level ${level}`, 100, 1, { children: [deep] });

  it('is laid out and searched', () => {
    const rows = toRows([deep], new Set());
    expect(rows).toHaveLength(levels);
    expect(rows[0]).toMatchObject({ descendants: levels - 1, depth: 0 });
    expect(rows.at(-1)).toMatchObject({ descendants: 0, depth: levels - 1, hasChildren: false });
    expect(findSpan([deep], `level ${levels - 1}`)?.children).toEqual([]);
  });

  it('is walked in reading order', () => {
    expect([...eachSpan(tree)].map(({ span_id }) => span_id)).toEqual(['root', 'late', 'early', 'leaf']);
  });
});

describe('range', () => {
  it('covers spans that stick out of the trace', () => {
    expect(traceRange(trace([span('a', 90, 300)]))).toEqual({ from: 90, to: 390 });
  });

  it('is never empty', () => {
    const range = traceRange(trace([span('a', 100, 0)], { end_ms: 100 }));
    expect(range.to).toBeGreaterThan(range.from);
  });
});

describe('playhead', () => {
  it.each([
    [150, { at: 0.5, side: 'within' }],
    [50, { at: 0, side: 'before' }],
    [999, { at: 1, side: 'after' }],
  ])('at %d', (time, place) => {
    expect(placePlayhead({ from: 100, to: 200 }, time)).toEqual(place);
  });
});

describe('failures', () => {
  const thrown = { t_ms: 120, name: 'exception', attributes: {} };

  it('lead to the deepest span that threw', () => {
    const cause = span('cause', 115, 5, { status: 'Error', events: [thrown] });
    const failing = trace([span('root', 100, 100, { status: 'Error', children: [span('mid', 110, 50, { status: 'Error', children: [cause] })] })]);
    expect(deepestFailure(failing)?.span_id).toBe('cause');
  });

  it('are none in a trace that went well', () => {
    expect(deepestFailure(trace(tree))).toBeNull();
  });
});

it('finds a span anywhere in the tree', () => {
  expect(findSpan(tree, 'leaf')?.start_ms).toBe(115);
  expect(findSpan(tree, 'nobody')).toBeNull();
});

it('names a trace by what was asked for', () => {
  const root = span('r', 0, 1, { name: 'POST', attributes: { 'url.full': 'https://shop.example/api/checkout' } });
  expect(traceTitle(trace([root]))).toBe('POST /api/checkout');
});
