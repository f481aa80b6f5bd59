import { createPrivacy, type Privacy, type PrivacyOptions } from '../src/privacy/privacy';

/** The rules of a page that sets nothing but what is given. */
export function testPrivacy(options: Partial<PrivacyOptions> = {}): Privacy {
  const defaults = { mode: 'balanced', mask: '.rr-mask', unmask: '[data-otel-unmask]', block: '.rr-block', ignore: '.rr-ignore' } as const;
  return createPrivacy({ ...defaults, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== '')) });
}
