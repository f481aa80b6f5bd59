import { MASK } from './mask';
import { scrub } from './scrub';

/**
 * How much is hidden. `strict`: all text and inputs, no media. `balanced`: inputs, attributes that hold text, and in everything
 * else secrets of addresses, card numbers and e-mail addresses. `open`: passwords and card fields only, which are hidden always.
 */
export type PrivacyMode = 'strict' | 'balanced' | 'open';
export const PRIVACY_MODES: readonly PrivacyMode[] = ['strict', 'balanced', 'open'];

/** Selectors of each rule; where an element is inside several, the nearest counts. */
export interface PrivacyOptions {
  readonly mode: PrivacyMode;
  /** Text and inputs inside are masked. */
  readonly mask: string;
  /** Text and inputs inside are shown, whatever the mode; passwords and card fields are not. */
  readonly unmask: string;
  /** Replaced by an empty box. */
  readonly block: string;
  /** Inputs whose changes are not recorded. */
  readonly ignore: string;
}

/** The rules for everything that is text by the time the SDK sees it. */
export interface Privacy extends PrivacyOptions {
  /** Text without what looks like a secret, whatever the mode. */
  readonly scrub: (value: string) => string;
  /** Text of the page or of its programs. */
  text(value: string): string;
  /** An address: in strict mode also without the values of its query, and without its fragment. */
  url(value: string): string;
  /** A stack trace, whose first lines repeat the message. */
  stack(value: string): string;
}

export function createPrivacy(options: PrivacyOptions): Privacy {
  const { mode } = options;
  const text = (value: string): string => {
    if (mode === 'open') return value;
    return mode === 'strict' && value.trim() !== '' ? MASK : scrub(value);
  };
  return {
    ...options,
    scrub,
    text,
    url: (value) => (mode === 'open' ? withoutCredentials(value) : scrub(mode === 'strict' ? withoutValues(value) : value)),
    stack: (value) => (mode === 'strict' ? framesOnly(value) : text(value)),
  };
}

/** An absolute address without `user:password@`; other text is returned as it is. */
export function withoutCredentials(href: string): string {
  return href.replace(/^(https?:\/\/)[^/?#@]*@/i, '$1');
}

function withoutValues(href: string): string {
  return href.replace(/#.*$/, '').replace(/=[^&]*/g, `=${MASK}`);
}

function framesOnly(stack: string): string {
  return stack.split('\n').filter((line) => /^\s*at |@\S+:\d+/.test(line)).map(scrub).join('\n');
}
