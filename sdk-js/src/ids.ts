/** `bytes` random bytes as lower-case hex, never all zero (OTLP treats zero ids as absent). */
export function randomHex(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes));
  if (values.every((value) => value === 0)) values[0] = 1;
  return Array.from(values, (value) => value.toString(16).padStart(2, '0')).join('');
}
