import { describe, expect, it } from 'vitest';
import type { Answer, Cell, Column } from '../src/sql/ask';
import { cellLink, cellText, isNumber, isTime } from '../src/sql/cells';
import { chartData, ticks } from '../src/sql/series';
import { short } from '../src/sql/sidebar';

const column = (name: string, type: string): Column => ({ name, type });
const answer = (columns: Column[], ...rows: Cell[][]): Answer => ({ columns, rows, seconds: 0 });
const ID = 'a'.repeat(32);

describe('cellLink', () => {
  it.each([
    ['SessionId', ID, `/sessions/${ID}`],
    ['session', ID, `/sessions/${ID}`],
    ['TraceId', ID, `/traces/${ID}`],
    ['TraceId', 'short', undefined],
    ['SessionId', '../status', undefined],
    ['Title', ID, undefined],
    ['SessionId', 7, undefined],
  ])('of %s %s', (name, value, href) => {
    expect(cellLink(column(name, 'String'), value)).toBe(href);
  });
});

describe('types', () => {
  it.each([
    ['UInt64', true, false],
    ['Nullable(Float64)', true, false],
    ['SimpleAggregateFunction(sum, UInt64)', true, false],
    ['DateTime64(3)', false, true],
    ['LowCardinality(String)', false, false],
    ['Array(UInt8)', false, false],
  ])('%s', (type, number, time) => {
    expect([isNumber(column('x', type)), isTime(column('x', type))]).toEqual([number, time]);
  });

  it('are shown as what they are to whoever asks', () => {
    expect(short('Map(LowCardinality(String), String)')).toBe('Map(String, String)');
  });
});

it('nulls and nested values have a text', () => {
  expect([null, ['a', 1], { k: 'v' }, true].map((value) => cellText(value as Cell))).toEqual(['NULL', '["a",1]', '{"k":"v"}', 'true']);
});

describe('chartData', () => {
  it('draws lines over time, in order', () => {
    const data = chartData(answer([column('n', 'UInt64'), column('at', 'DateTime')], [2, '2026-01-02 00:00:00'], [1, '2026-01-01 00:00:00']));
    expect(data).toMatchObject({ kind: 'line', series: [{ name: 'n', values: [1, 2] }], times: [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)] });
  });

  it('draws bars of names, and says how many it leaves out', () => {
    const rows = Array.from({ length: 70 }, (_, index): Cell[] => [`/p${index}`, index, null]);
    const data = chartData(answer([column('page', 'String'), column('n', 'UInt64'), column('m', 'Nullable(Float64)')], ...rows));
    expect(data).toMatchObject({ kind: 'bars', left_out: 10 });
    expect(data?.series.map(({ name }) => name)).toEqual(['n', 'm']);
    expect(data?.series[1]?.values[0]).toBeNull();
  });

  it('needs numbers beside a name', () => {
    expect(chartData(answer([column('a', 'String')], ['x']))).toBeNull();
    expect(chartData(answer([column('n', 'UInt8')], [1]))).toBeNull();
    expect(chartData(answer([column('a', 'String'), column('n', 'UInt8')]))).toBeNull();
  });
});

describe('ticks', () => {
  it.each([
    [3, 9, [0, 2.5, 5, 7.5, 10]],
    [-5, 5, [-5, -2.5, 0, 2.5, 5]],
    [0, 0, [0]],
  ])('from %s to %s', (low, high, expected) => {
    expect(ticks(low, high).slice(0, expected.length)).toEqual(expected);
  });
});
