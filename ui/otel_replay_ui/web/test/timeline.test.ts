import { describe, expect, it } from 'vitest';
import { linearScale, ticks } from '../src/lib/scale';
import type { Lane } from '../src/timeline/lanes';
import { activityHistogram, byLane, nameOf, nearestMarker, toMarkers } from '../src/timeline/markers';
import { isWhole, pan, reveal, SHORTEST_MS, zoom } from '../src/timeline/range';
import { nearestInTime, stepFrom } from '../src/timeline/rove';
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
  const lane = (name: Lane) => byLane(markers).get(name) ?? [];

  it('are found by what is near, in their lane', () => {
    expect(nearestMarker(lane('error'), 125, toX, 7)?.kind).toBe('error');
    expect(nearestMarker(lane('action'), 125, toX, 7)).toBeNull();
    expect(nearestMarker(lane('error'), 150, toX, 7)).toBeNull();
  });

  it('of requests are found along their whole length', () => {
    expect(nearestMarker(lane('network'), 590, toX, 7)?.kind).toBe('request');
  });
});

describe('activityHistogram', () => {
  it('spreads the events of a chunk over the time it covers', () => {
    const one = tab('a', [{ seq: 0, start: 0, end: 1999 }]);
    expect(activityHistogram(manifest([one]), 0, 4000, 4)).toEqual([5, 5, 0, 0]);
  });

  it('shows a part of it when zoomed, with what reaches in from outside', () => {
    const one = tab('a', [{ seq: 0, start: 0, end: 1999 }, { seq: 1, start: 9000, end: 9000 }]);
    expect(activityHistogram(manifest([one]), 1000, 3000, 2)).toEqual([5, 0]);
  });
});

describe('marks', () => {
  const custom = (name: string, attributes: Record<string, string> = {}) => event('custom', 1, { title: name, attributes });
  const button = { 'browser.element.text': 'Buy', 'browser.css_selector': '#buy' };

  it.each([
    ['a rage click', event('rage_click', 1, { attributes: { ...button, 'browser.click.count': '4' } }), 'action', 'rage', 'Rage click, 4 in a row: Buy'],
    ['a dead click', event('dead_click', 1, { attributes: { 'browser.css_selector': '#buy' } }), 'action', 'dead', 'Dead click, nothing happened: #buy'],
    ['a long task', custom('browser.long_task', { 'browser.long_task.duration': '321.4', 'browser.long_task.source': 'self' }), 'longtask', 'danger', 'Long task: self, 321 ms'],
    ['a note', event('custom', 1, { name: 'session.note', title: 'Called about this' }), 'action', 'own', 'Note: Called about this'],
    ['what the page tracks', custom('cart.added'), 'action', 'own', 'Event: cart.added'],
    ['a backend error', event('backend_error', 1, { title: 'KeyError' }), 'backend', 'danger', 'Backend error: KeyError'],
    ['a page', event('navigation', 1, { title: 'https://shop.example/p/kettle' }), 'navigation', 'plain', 'Page: /p/kettle'],
    [
      'a web vital',
      event('vital', 1, { title: 'LCP 4200', attributes: { 'browser.web_vital.name': 'LCP', 'browser.web_vital.value': '4200', 'browser.web_vital.rating': 'poor' } }),
      'vital',
      'danger',
      'Web vital: LCP 4.2 s, poor',
    ],
  ])('say what %s is', (_, given, lane, tone, name) => {
    const [marker] = toMarkers([given]);
    expect([marker?.lane, marker?.tone, marker && nameOf(marker)]).toEqual([lane, tone, name]);
  });

  it('are not made of what the browser tells about itself', () => {
    expect(toMarkers([custom('browser.memory'), event('log', 1), event('session', 1)])).toEqual([]);
  });

  it('that tell of trouble win where several are in one place', () => {
    const [click, rage] = toMarkers([event('click', 100), event('rage_click', 101)]);
    expect(nearestMarker([click!, rage!], 100, (t) => t, 7)).toBe(rage);
  });
});

describe('the arrow keys', () => {
  const lanes = byLane(toMarkers([event('click', 100), event('click', 900), event('console', 400), event('error', 850), event('error', 2000)]));
  const [first, second] = lanes.get('action')!;

  it.each([
    ['right in the lane', first, 'ArrowRight', 900],
    ['left in the lane', second, 'ArrowLeft', 100],
    ['to the first', second, 'Home', 100],
    ['down to the nearest of the next lane that has one', second, 'ArrowDown', 400],
  ] as const)('lead %s', (_, from, key, offset) => {
    expect(stepFrom(lanes, from!, key)?.offset).toBe(offset);
  });

  it('end where there is nothing further', () => {
    expect(stepFrom(lanes, second!, 'ArrowRight')).toBeNull();
    expect(stepFrom(lanes, first!, 'ArrowUp')).toBeNull();
  });

  it('begin at what is nearest in time', () => {
    expect(nearestInTime(lanes.get('error')!, 1400)?.offset).toBe(850);
    expect(nearestInTime([], 5)).toBeNull();
  });
});

describe('the stretch that is shown', () => {
  const total = 10_000;

  it('keeps the moment under the pointer in its place', () => {
    const near = zoom({ from: 0, to: total }, 2500, 0.5, total);
    expect(near).toEqual({ from: 1250, to: 6250 });
    expect((2500 - near.from) / (near.to - near.from)).toBe(0.25);
  });

  it('never leaves the session nor shrinks to nothing', () => {
    expect(zoom({ from: 0, to: 400 }, 0, 0.001, total)).toEqual({ from: 0, to: SHORTEST_MS });
    expect(zoom({ from: 9000, to: total }, 9900, 100, total)).toEqual({ from: 0, to: total });
    expect(pan({ from: 1000, to: 2000 }, -5000, total)).toEqual({ from: 0, to: 1000 });
    expect(isWhole(pan({ from: 0, to: total }, 300, total), total)).toBe(true);
  });

  it('turns the page when the playhead leaves it', () => {
    const range = { from: 1000, to: 2000 };
    expect(reveal(range, 1500, total)).toBe(range);
    const next = reveal(range, 2001, total);
    expect(next.from).toBeLessThan(2001);
    expect(next.to).toBeGreaterThan(2900);
  });
});
