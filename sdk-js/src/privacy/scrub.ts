import { MASK, SECRET } from './mask';

// Every repetition has a bound: without one, a long text of letters alone would take quadratic time.
const NAME = `[\\w.-]{0,40}${SECRET}[\\w.-]{0,40}`;
/** `name=value`, `name: value` and `"name":"value"`, in addresses, headers, JSON and messages. */
const NAMED = new RegExp(`(["']?\\b(?:${NAME})["'\\]]*\\s*(?:[=:]|%3D)\\s*)((?:bearer |basic )?(?:"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|[^\\s"'&#,;<>}]+))`, 'gi');
/** Parameters of addresses whose names are too short to look for elsewhere. */
const PARAMETER = /([?&#;](?:key|sig|code|state|sid|pin|pass|user|email|mail|phone|hash|sso)=)([^&#\s"'<>]+)/gi;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
const JWT = /\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?/g;
const USERINFO = /(\b[a-z][\w+.-]{0,20}:\/\/)[^/?#@\s"'<>]{0,200}@/gi;
const EMAIL = /[\w.!$'*+^`{|}~-]{1,64}(?:@|%40)[a-z\d-]+(?:\.[a-z\d-]+)+/gi;
const DIGITS = /\d(?:[ -]?\d){12,40}/g;
/** Cheap test whether any of the above can match. */
const SUSPICIOUS = /[@=:]|%40|eyJ|\d[ -]?\d{3}|bearer|basic/i;

/** `text` without what looks like a secret, an e-mail address or a card number. */
export function scrub(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(USERINFO, '$1')
    .replace(JWT, MASK)
    .replace(NAMED, (_, name: string, value: string) => name + masked(value))
    .replace(PARAMETER, `$1${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(EMAIL, MASK)
    .replace(DIGITS, (digits) => (isCard(digits) ? MASK : digits));
}

/** Quotes stay, so that JSON stays JSON. */
function masked(value: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? '';
  return quote + MASK + quote;
}

/** The text holds a card number: 13 to 19 digits from its beginning, or from one of its groups, that pass the Luhn check. */
function isCard(text: string): boolean {
  const starts = [0, ...Array.from(text.matchAll(/[ -]/g), ({ index }) => index + 1)];
  return starts.some((start) => {
    const digits = text.slice(start).replace(/\D/g, '');
    return /^[2-6]/.test(digits) && [13, 14, 15, 16, 17, 18, 19].some((length) => digits.length >= length && luhn(digits.slice(0, length)));
  });
}

/** https://en.wikipedia.org/wiki/Luhn_algorithm */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
