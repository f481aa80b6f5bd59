import { describe, expect, it } from 'vitest';
import { allGaps, checkpointAt, nextChunkStart, nextCheckpoint, nextRecorded, planAhead, planSeek, sessionDuration, unrecorded } from '../src/player/manifest';
import { manifest, tab } from './samples';

const long = tab('a', [
  { seq: 0, start: 0, end: 900, checkpoint: true },
  { seq: 1, start: 1000, end: 1900 },
  { seq: 2, start: 2000, end: 2900 },
  { seq: 5, start: 5000, end: 5900, checkpoint: true },
  { seq: 6, start: 6000, end: 6900 },
]);

describe('planSeek', () => {
  it.each([
    ['the very start', 0, 0, 0],
    ['between two checkpoints', 2500, 0, 2],
    ['just before a checkpoint', 4999, 0, 2],
    ['at a checkpoint', 5000, 5, 5],
    ['after everything', 99_000, 5, 6],
    ['before everything', -1, 0, 0],
  ])('starts at the last checkpoint and reads no further than needed: %s', (_, t, from, to) => {
    expect(planSeek(long, t)).toEqual({ checkpoint: from, from, to });
  });

  it('goes back to an earlier checkpoint when one is damaged', () => {
    expect(planSeek(long, 6500, new Set([5]))).toEqual({ checkpoint: 0, from: 0, to: 6 });
  });

  it('has no plan for a tab without a snapshot', () => {
    expect(planSeek(tab('b', [{ seq: 3, start: 0 }]), 10)).toBeNull();
    expect(planSeek(long, 10, new Set([0, 5]))).toBeNull();
  });

  it('goes by sequence numbers when times run backward', () => {
    const odd = tab('c', [
      { seq: 0, start: 1000, checkpoint: true },
      { seq: 1, start: 400 },
      { seq: 2, start: 1500 },
    ]);
    expect(planSeek(odd, 1200)).toEqual({ checkpoint: 0, from: 0, to: 1 });
  });
});

describe('checkpoints', () => {
  it('finds the next one', () => {
    expect(nextCheckpoint(long, 0)).toBe(5);
    expect(nextCheckpoint(long, 5)).toBeNull();
  });

  it('takes the first when all are later', () => {
    expect(checkpointAt(tab('d', [{ seq: 4, start: 800, checkpoint: true }]), 10)).toBe(4);
  });
});

describe('planAhead', () => {
  it('reads what starts in time', () => {
    expect(planAhead(long, 0, 2500, 10_000)).toEqual({ from: 1, to: 2 });
  });

  it('reads at least one part, however far or big', () => {
    expect(planAhead(long, 2, 3000, 1)).toEqual({ from: 5, to: 5 });
  });

  it('stops at the limit of bytes', () => {
    expect(planAhead(long, 0, 99_000, 250)).toEqual({ from: 1, to: 2 });
  });

  it('stops at the limit of JSON, which may be many times what is stored', () => {
    expect(planAhead(long, 0, 99_000, 10_000, 2500)).toEqual({ from: 1, to: 2 });
  });

  it('has nothing to read after the last part', () => {
    expect(planAhead(long, 6, 99_000, 1000)).toBeNull();
    expect(nextChunkStart(long, 6)).toBe(Infinity);
  });
});

describe('the whole session', () => {
  it('lists stretches in which no page was open', () => {
    const pages = manifest([tab('a', [{ seq: 0, start: 0, end: 2000 }]), tab('b', [{ seq: 0, start: 9000, end: 12_000 }]), tab('c', [{ seq: 0, start: 12_500, end: 13_000 }])]);
    expect(unrecorded(pages, 1000)).toEqual([{ from: 2000, to: 9000 }]);
  });

  it('names the tab of each gap', () => {
    const gap = { from_seq: 3, to_seq: 4, start_offset_ms: 2900, end_offset_ms: 5000, reason: 'missing' };
    expect(allGaps(manifest([{ ...long, gaps: [gap] }]))).toEqual([{ ...gap, tab: 'a' }]);
  });

  it('lasts as long as its last tab', () => {
    expect(sessionDuration(manifest([long], { start_ms: 100, end_ms: 200 }))).toBe(6900);
  });
});

describe('nextRecorded', () => {
  const other = tab('b', [{ seq: 0, start: 2500, end: 4000, checkpoint: true }]);
  it.each([
    ['where something is recorded', 1500, 1500],
    ['in a short pause', 1950, 2000],
    ['where another tab records', 3500, 3500],
    ['in a silence', 4000, 5000],
    ['after the end', 6900, Infinity],
  ])('goes on %s', (_, t, expected) => {
    expect(nextRecorded(manifest([long, other]), t)).toBe(expected);
  });
});
