import type { Privacy } from '../privacy/privacy';

/** Their value is a label that the page shows to everyone. */
export const LABEL_TYPES: readonly string[] = ['submit', 'button', 'reset'];

/** Inputs that have been a password field; scripts show them by changing their type. */
const passwords = new WeakSet<Element>();

/** Passwords, also once their type is another, and card fields: hidden in every mode, whatever is unmasked. */
export function isAlwaysMasked(element: Element): boolean {
  const of = (name: string): string => element.getAttribute(name) ?? '';
  if (of('type').toLowerCase() === 'password' || element.hasAttribute('data-rr-is-password')) passwords.add(element);
  if (passwords.has(element) || /\b(cc-|one-time-code|(current|new)-password)/.test(of('autocomplete'))) return true;
  const name = `${of('name')} ${element.id} ${of('data-testid')}`;
  return element.localName === 'input' && /passw|card.?(no|num)|cc.?num|\bcvv|\bcvc|security.?code/i.test(name);
}

/** Remembers the password fields that are there; new ones are noticed when they are recorded. */
export function noticePasswords(root: ParentNode): void {
  root.querySelectorAll('input[type=password i]').forEach((element) => passwords.add(element));
}

/** Inside something the page has unmasked, and not inside something masked within it. */
export function isShown(element: Element, { mask, unmask }: Privacy): boolean {
  const nearest = element.closest(`${mask}, ${unmask}`);
  return nearest !== null && nearest.matches(unmask) && !nearest.matches(mask);
}

/** Text here is masked as a whole by the mode or the page. */
export function isMasked(element: Element, privacy: Privacy): boolean {
  if (isShown(element, privacy)) return false;
  return privacy.mode === 'strict' || element.closest(privacy.mask) !== null;
}
