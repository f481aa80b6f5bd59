import { describe, expect, it } from 'vitest';
import { focusChanges, nextChange, tabAt } from '../src/player/follow';
import { event, manifest, tab } from './samples';

const shop = tab('shop', [
  { seq: 0, start: 0, end: 9000, checkpoint: true },
  { seq: 1, start: 23_000, end: 60_000 },
]);
const help = tab('help', [{ seq: 0, start: 10_000, end: 20_000, checkpoint: true }]);

describe('following the user', () => {
  it('goes to a tab when it opens, and back when the user clicks in the other', () => {
    const focus = focusChanges(manifest([shop, help]), [event('click', 15_000, { tab: 'shop' }), event('click', 18_000, { tab: 'help' })]);
    expect([5000, 12_000, 16_000, 18_500].map((t) => tabAt(focus, t))).toEqual(['shop', 'help', 'shop', 'help']);
  });

  it('goes to the next tab that records something when the one in front is over', () => {
    const focus = focusChanges(manifest([shop, help]), []);
    expect(tabAt(focus, 25_000)).toBe('shop');
  });

  it('stays with a page that is only looked at', () => {
    const focus = focusChanges(manifest([shop, help]), []);
    expect(tabAt(focus, 22_000)).toBe('help');
  });

  it('stays when the front tab is not known to have ended', () => {
    const focus = focusChanges(manifest([shop, { ...help, final: false }]), []);
    expect(tabAt(focus, 25_000)).toBe('help');
  });

  it('ignores tabs that have no picture, and events of tabs it does not know', () => {
    const blind = tab('blind', [{ seq: 0, start: 3000 }]);
    const focus = focusChanges(manifest([shop, blind]), [event('click', 4000, { tab: 'blind' }), event('click', 5000, { tab: 'ghost' })]);
    expect(tabAt(focus, 6000)).toBe('shop');
  });

  it('does not let what the page does by itself take the front', () => {
    const focus = focusChanges(manifest([shop, help]), [event('request', 15_000, { tab: 'shop' })]);
    expect(tabAt(focus, 16_000)).toBe('help');
  });

  it('knows the next change', () => {
    const focus = focusChanges(manifest([shop, help]), []);
    expect(nextChange(focus, 0)).toEqual({ at: 10_000, tab: 'help' });
    expect(nextChange(focus, 50_000)).toBeNull();
  });

  it('has no tab in an empty session', () => {
    expect(tabAt(focusChanges(manifest([]), []), 0)).toBeNull();
  });
});
