import type { Settings } from './options';

/** Why this visitor is not recorded at all; undefined when nothing speaks against it. */
export function refusal({ respectDoNotTrack, recordBots }: Pick<Settings, 'respectDoNotTrack' | 'recordBots'>): string | undefined {
  const { doNotTrack, webdriver, userAgent } = navigator;
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
  if (respectDoNotTrack && (globalPrivacyControl === true || doNotTrack === '1')) return 'do_not_track';
  return !recordBots && (webdriver || /bot\b|crawl|spider|headless|lighthouse/i.test(userAgent)) ? 'bot' : undefined;
}

/** Whether a session is among the recorded share: by a hash of its id (FNV-1a), so that all tabs and services agree. */
export function isSampled(sessionId: string, rate: number): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < sessionId.length; i++) hash = Math.imul(hash ^ sessionId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32 < rate;
}
