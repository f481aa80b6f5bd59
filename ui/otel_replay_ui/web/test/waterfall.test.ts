import { describe, expect, it } from 'vitest';
import type { Span, TraceLog } from '../src/lib/types';
import { criticalPath } from '../src/waterfall/critical';
import { eachSpan, findSpan, isAlive, isLogRow, placePlayhead, toRows, traceRange, withLogs } from '../src/waterfall/layout';
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

describe('criticalPath', () => {
  const stretches = (roots: Span[]): Record<string, [number, number][]> => Object.fromEntries([...criticalPath(roots)].map(([each, found]) => [each.span_id, found.map(({ from, to }): [number, number] => [from, to]).sort((a, b) => a[0] - b[0])]));

  it('gives each moment to what everything else waited for', () => {
    const a = span('a', 110, 20);
    const b = span('b', 140, 30, { children: [span('c', 150, 10)] });
    expect(stretches([span('root', 100, 100, { children: [a, b] })])).toEqual({ root: [[100, 110], [130, 140], [170, 200]], a: [[110, 130]], b: [[140, 150], [160, 170]], c: [[150, 160]] });
  });

  it('leaves out what went on beside something longer', () => {
    const slow = span('slow', 100, 90);
    const beside = span('beside', 120, 30);
    expect(stretches([span('root', 100, 100, { children: [slow, beside] })])).toEqual({ root: [[190, 200]], slow: [[100, 190]] });
  });

  it('ends with the root, though what it began goes on', () => {
    expect(stretches([span('root', 100, 50, { children: [span('late', 120, 500)] })])).toEqual({ root: [[100, 120]], late: [[120, 150]] });
  });

  it('takes as long as the root in any tree', () => {
    const make = (depth: number, start: number, length: number): Span =>
      span(`${depth}-${start}`, start, length, { children: depth === 0 ? [] : [0.1, 0.35, 0.6].map((at) => make(depth - 1, start + at * length, length * 0.33)) });
    const total = [...criticalPath([make(5, 0, 1000)]).values()].flat().reduce((sum, { from, to }) => sum + to - from, 0);
    expect(total).toBeCloseTo(1000, 6);
  });

  it('takes the longest whole root, and bears thousands of levels', () => {
    let deep = span('leaf', 5000, 1);
    for (let level = 0; level < 5000; level += 1) deep = span(`s${level}`, 5000 - level, level + 2, { children: [deep] });
    expect(criticalPath([span('lost', 0, 99_999, { orphan: true }), deep]).size).toBeGreaterThan(4000);
    expect(criticalPath([]).size).toBe(0);
  });
});

describe('withLogs', () => {
  const log = (body: string, span_id: string, t_ms: number): TraceLog => ({ t_ms, severity: 'INFO', service: '', body, span_id, event_name: '', attributes: {} });
  const child = span('child', 110, 10);
  const roots = [span('root', 100, 50, { children: [child] })];
  const logs = [log('second', 'root', 120), log('first', 'root', 105), log('below', 'child', 111), log('lost', 'gone', 1)];
  const known = new Set(['root', 'child']);
  const texts = (collapsed: Set<string>): string[] => withLogs(toRows(roots, collapsed), logs, known).map((row) => (isLogRow(row) ? row.log.body : row.span.span_id));

  it('puts lines under the span that wrote them, by time, and the lost ones last', () => {
    expect(texts(new Set())).toEqual(['root', 'first', 'second', 'child', 'below', 'lost']);
  });

  it('folds lines away with their span', () => {
    expect(texts(new Set(['root']))).toEqual(['root', 'first', 'second', 'lost']);
  });
});

it('a span is under way from its first moment to its last', () => {
  expect([99, 100, 150, 151].map((time) => isAlive(span('a', 100, 50), time))).toEqual([false, true, true, false]);
});
