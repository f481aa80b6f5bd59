import type { Options } from '../options';
import { PRIVACY_MODES } from '../privacy/privacy';

/** What the receiver may say; anything else in its answer is passed over. */
export interface RemoteSettings {
  readonly sampleRate?: unknown;
  readonly recordReplay?: unknown;
  readonly privacy?: unknown;
  readonly captureConsole?: unknown;
  readonly captureNetwork?: unknown;
  readonly recordCanvas?: unknown;
}

/** The page's options, lowered where the receiver says less; nothing it says raises one. */
export function lower(options: Options, remote: RemoteSettings): Options {
  return {
    ...options,
    ...lowerRate(options, remote),
    ...lowerPrivacy(options, remote),
    ...lowerReplay(options, remote),
    ...(remote.captureConsole === false && { captureConsole: false }),
    ...(remote.captureNetwork === false && { captureNetwork: false }),
    ...(remote.recordCanvas === false && { recordCanvas: false }),
  };
}

function lowerRate({ sampleRate = 1 }: Options, remote: RemoteSettings): Partial<Options> {
  const rate = remote.sampleRate;
  return typeof rate === 'number' && rate >= 0 && rate < sampleRate ? { sampleRate: rate } : {};
}

function lowerPrivacy({ privacy = 'balanced' }: Options, remote: RemoteSettings): Partial<Options> {
  const stricter = PRIVACY_MODES.slice(0, Math.max(0, PRIVACY_MODES.indexOf(privacy)));
  const mode = stricter.find((one) => one === remote.privacy);
  return mode ? { privacy: mode } : {};
}

function lowerReplay({ recordReplay = true }: Options, remote: RemoteSettings): Partial<Options> {
  if (remote.recordReplay === false) return { recordReplay: false };
  return remote.recordReplay === 'on-error' && recordReplay ? { recordReplay: 'on-error' } : {};
}
