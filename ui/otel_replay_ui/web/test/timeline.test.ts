import { describe, expect, it } from 'vitest';
import { linearScale, ticks } from '../src/lib/scale';
import { activityHistogram, nearestMarker, toMarkers } from '../src/timeline/markers';
import { event, manifest, tab } from './samples';

describe('scale', () => {
  it('maps there and back', () => {
    const scale = linearScale(1000, 5000, 400);
    expect(scale.x(3000)).toBe(200);
    expect(scale.time(200)).toBe(3000);
  });

  it('survives an empty range', () => {
    expect(Number.isFinite(linearScale(5, 5, 100).x(5))).toBe(true);
  });

  it.each([
    [21_000, 1300, 2000],
    [4 * 3_600_000, 1300, 1_800_000],
    [0.4, 500, 0.1],
  ])('puts ticks of a range of %d ms on round times', (range, width, step) => {
    const found = ticks(linearScale(0, range, width), 84);
    expect(found[0]).toBe(0);
    expect(found[1]).toBeCloseTo(step, 9);
    expect(found.length).toBeLessThan(width / 84 + 1);
  });
});

describe('markers', () => {
  const markers = toMarkers([
    event('request', 5000, { duration_ms: 1000, status: 502 }),
    event('error', 1234.5),
    event('log', 10),
    event('console', 2000, { severity: 'WARN' }),
  ]);

  it('keep the exact time of their event, and come in order', () => {
    expect(markers.map((marker) => marker.offset)).toEqual([1234.5, 2000, 5000]);
  });

  it('know what failed', () => {
    expect(markers.map((marker) => marker.failed)).toEqual([true, false, true]);
  });

  const toX = (t: number): number => t / 10;

  it('are found by what is near, in their lane', () => {
    expect(nearestMarker(markers, 'error', 125, toX, 7)?.kind).toBe('error');
    expect(nearestMarker(markers, 'click', 125, toX, 7)).toBeNull();
    expect(nearestMarker(markers, null, 150, toX, 7)).toBeNull();
  });

  it('of requests are found along their whole length', () => {
    expect(nearestMarker(markers, 'network', 590, toX, 7)?.kind).toBe('request');
  });
});

describe('activityHistogram', () => {
  it('spreads the events of a chunk over the time it covers', () => {
    const one = tab('a', [{ seq: 0, start: 0, end: 1999 }]);
    expect(activityHistogram(manifest([one]), 4000, 4)).toEqual([5, 5, 0, 0]);
  });
});
