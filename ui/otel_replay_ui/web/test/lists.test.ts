import { describe, expect, it } from 'vitest';
import { indexAt, mergeEvents, mergeTail } from '../src/session/merge';
import { readState, toQuery } from '../src/sessions/filters';
import { snippet } from '../src/sessions/empty';
import { event } from './samples';

describe('mergeEvents', () => {
  const known = [event('click', 10), event('click', 30)];

  it('puts late events in their place', () => {
    expect(mergeEvents(known, [event('click', 20)]).map((each) => each.offset_ms)).toEqual([10, 20, 30]);
  });

  it('takes the newer copy of an event', () => {
    const merged = mergeEvents(known, [event('click', 30, { title: 'again' })]);
    expect(merged.map((each) => each.title)).toEqual(['click', 'again']);
  });

  it('gives back the same list when nothing is new', () => {
    expect(mergeEvents(known, [event('click', 10)])).toBe(known);
  });
});

describe('mergeTail', () => {
  const known = [event('click', 10), event('click', 20), event('click', 30)];

  it('puts what is new among the latest and keeps what is before', () => {
    const merged = mergeTail(known, [event('click', 20), event('click', 25), event('click', 40)]);
    expect(merged.map((each) => each.offset_ms)).toEqual([10, 20, 25, 30, 40]);
    expect(merged[0]).toBe(known[0]);
  });

  it('gives the same list back when nothing is new', () => {
    expect(mergeTail(known, [event('click', 30)])).toBe(known);
    expect(mergeTail(known, [])).toBe(known);
  });
});

describe('indexAt', () => {
  const items = [10, 20, 20, 30].map((offset_ms) => ({ offset_ms }));

  it.each([
    [5, -1],
    [10, 0],
    [20, 2],
    [99, 3],
  ])('the last item at or before %d', (t, index) => {
    expect(indexAt(items, t)).toBe(index);
  });
});

describe('filters of the list', () => {
  it('become a query', () => {
    const state = readState(new URLSearchParams('q=ada&range=1h&errors=1&live=1'));
    expect(toQuery(state, 10_000_000)).toEqual({ q: 'ada errors:>0 state:live', from: 10_000_000 - 3_600_000 });
  });

  it('ignore what is not a range', () => {
    expect(readState(new URLSearchParams('range=<script>')).range).toBe('');
  });
});

it('offers a script tag that sends to this machine', () => {
  expect(snippet('http://127.0.0.1:8080')).toContain('data-endpoint="http://127.0.0.1:4318"');
  expect(snippet('http://127.0.0.1:8080', 'http://127.0.0.1:9999')).toContain('data-endpoint="http://127.0.0.1:9999"');
});
