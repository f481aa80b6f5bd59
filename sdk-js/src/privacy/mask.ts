/** One width for every value, so that the mask does not tell the length. */
export const MASK = '******';

/** Parts of names of fields that hold secrets. */
export const SECRET = '(?:passw|passphrase|pwd|secret|token|api_?-?key|auth(?!or(?!iz))|credential|session_?id|signature|jwt|csrf|xsrf|cvc|cvv|card_?-?no|card_?-?num|iban|ssn\\b)';

/** A field of this name holds a secret, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return new RegExp(SECRET, 'i').test(name);
}
