/** Limits on what is sent, in UTF-16 units. */
export const ATTRIBUTE_LIMIT = 4096;
export const STACK_LIMIT = 16_384;

/** The first `max` units of `text`, never ending inside a surrogate pair. */
export function limit(text: string, max: number = ATTRIBUTE_LIMIT): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}
