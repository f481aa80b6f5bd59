import type { Options, Settings } from './options';
import type { Attributes } from './otlp/model';
import { limit } from './text';
import { VERSION } from './version';

/** User-Agent Client Hints that browsers give without asking; not in Firefox and Safari. */
interface ClientHints {
  readonly platform?: string;
  readonly mobile?: boolean;
  readonly brands?: readonly { readonly brand: string; readonly version: string }[];
}

/** The OTLP resource of this page. The session is not in it: it can change while the page stays. */
export function resourceAttributes(options: Options, { privacy, sampleRate }: Settings): Attributes {
  const hints = (navigator as { userAgentData?: ClientHints }).userAgentData;
  return {
    'service.name': options.serviceName,
    'service.version': options.serviceVersion,
    'deployment.environment.name': options.environment,
    'telemetry.sdk.name': 'otel-replay',
    'telemetry.sdk.language': 'webjs',
    'telemetry.sdk.version': VERSION,
    'user_agent.original': limit(navigator.userAgent),
    'browser.language': navigator.language,
    'browser.platform': hints?.platform,
    'browser.mobile': hints?.mobile,
    'browser.brands': hints?.brands?.map(({ brand, version }) => `${brand} ${version}`),
    'session.replay.privacy': privacy.mode,
    'session.sample_rate': sampleRate,
    ...options.resourceAttributes,
  };
}
