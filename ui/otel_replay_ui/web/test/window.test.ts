import { describe, expect, it } from 'vitest';
import type { Part } from '../src/player/parts';
import { PartWindow } from '../src/player/window';
import { tab } from './samples';

const pages = tab('a', [
  { seq: 0, start: 0, end: 900, checkpoint: true },
  { seq: 1, start: 1000, end: 1900 },
  { seq: 2, start: 2000, end: 2900, checkpoint: true },
  { seq: 3, start: 3000, end: 3900 },
  { seq: 4, start: 4000, end: 4900, checkpoint: true },
]);

const BROWSER = 1_790_000_000_000;

function part(seq: number, damage: string | null = null): Part {
  const at = BROWSER + seq * 1000;
  const snapshot = [
    { type: 4, timestamp: at, data: { href: 'https://shop.example/' } },
    { type: 2, timestamp: at + 20, data: {} },
  ];
  const change = { type: 3, timestamp: at + (seq % 2 ? 0 : 500), data: { source: 0 } };
  const events = seq % 2 ? [change] : [...snapshot, change];
  return { seq, events: damage ? [] : events, damage };
}

describe('PartWindow', () => {
  it('puts events on the clock of the session', () => {
    const window = new PartWindow(pages, 0);
    const { events } = window.append(pages, [part(0), part(1)]);
    expect(events.map((event) => event.timestamp)).toEqual([0, 20, 500, 1000]);
    expect(window.lastSeq).toBe(1);
  });

  it('has no picture before the first snapshot, nor between a Meta event and its snapshot', () => {
    const window = new PartWindow(pages, 0);
    window.append(pages, [part(0), part(1), part(2)]);
    expect(window.paintable(5)).toBe(20);
    expect(window.paintable(1500)).toBe(1500);
    expect(window.paintable(2010)).toBe(2020);
  });

  it('plays the rest when an increment is damaged', () => {
    const window = new PartWindow(pages, 2);
    const { events, damage } = window.append(pages, [part(2), part(3, 'checksum'), part(4)]);
    expect(events.at(-1)!.timestamp).toBe(4500);
    expect(damage).toEqual([{ tab: 'a', seq: 3, from: 3000, to: 3900, wholeAgainAt: 4000, checkpoint: false, message: 'checksum' }]);
  });

  it('leaves out what follows a damaged checkpoint, up to the next one', () => {
    const window = new PartWindow(pages, 0);
    const { events, damage } = window.append(pages, [part(0), part(1), part(2, 'gone'), part(3), part(4)]);
    expect(events.some((event) => event.timestamp >= 2000 && event.timestamp < 4000)).toBe(false);
    expect(events.at(-1)!.timestamp).toBe(4500);
    expect(damage[0]).toMatchObject({ seq: 2, checkpoint: true, wholeAgainAt: 4000 });
  });

  it('is not playable without a snapshot', () => {
    const window = new PartWindow(pages, 0);
    window.append(pages, [part(0, 'gone')]);
    expect(window.playable).toBe(false);
  });

  it('leaves out what is not an event', () => {
    const window = new PartWindow(pages, 0);
    const broken = { ...part(0), events: [...part(0).events, null, 7, { type: 3 }, { type: 3, timestamp: 'x', data: {} }] };
    expect(window.append(pages, [broken]).events).toHaveLength(3);
  });
});
