/** How a session's user is shown. */

import { h } from './dom';
import { shortId } from './format';
import type { User } from './types';

const HUES = 8;

export function displayName(user: User): string {
  return user.name || user.email || user.id || 'Anonymous';
}

export function isKnown(user: User): boolean {
  return Boolean(user.name || user.email || user.id);
}

/** What stands under the name: something that tells people of one name, or visits of nobody, apart. */
export function secondLine(user: User, sessionId: string): string {
  if (!isKnown(user)) return shortId(sessionId);
  if (user.name) return user.email || user.id || shortId(sessionId);
  return user.id && user.id !== displayName(user) ? user.id : shortId(sessionId);
}

export function initials(name: string): string {
  const words = name.replace(/@.*/, '').split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '?')][0]?.toUpperCase() ?? '?').join('');
}

/** A stable number below `limit` for a text. */
export function hash(text: string, limit: number): number {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0)!, 16777619);
  return (value >>> 0) % limit;
}

export function avatar(user: User, sessionId: string): HTMLElement {
  const name = displayName(user);
  const known = isKnown(user);
  const hue = known ? String(hash(user.id || name, HUES)) : 'none';
  return h('span', { class: 'avatar', data: { hue }, 'aria-hidden': 'true' }, known ? initials(name) : sessionId.slice(0, 2));
}
