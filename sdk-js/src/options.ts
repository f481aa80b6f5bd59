import type { Outgoing } from './before-send';
import type { OriginPattern } from './network/propagation';
import type { AttributeValue } from './otlp/model';
import { PRIVACY_MODES, type PrivacyMode, type PrivacyOptions } from './privacy/privacy';
import type { ReplayOptions } from './late/rrweb';
import type { ConsoleLevel } from './signals/console';
import { CONSOLE_LEVELS } from './signals/console';
import type { WarningListener, Warnings } from './warnings';

/** Text that an address or name contains, or an expression that it matches. */
export type Pattern = string | RegExp;

/** What of requests and responses is reported beside address, status and size; all of it redacted by the privacy mode. */
export interface NetworkCapture {
  /** Names of headers to report; others never are. */
  readonly headers?: readonly string[];
  /** Addresses whose text bodies are reported, up to 4 kB each. */
  readonly bodies?: readonly Pattern[];
}

/** When a recording that waits begins to be sent; an error always begins it. */
export interface Triggers {
  /** Addresses of pages. */
  readonly urls?: readonly Pattern[];
  /** Names of events, your own and the SDK's. */
  readonly events?: readonly string[];
}

/** How clicks are judged. */
export interface ClickRules {
  /** So many clicks, so close together, are one rage click. Defaults 3, 1000 ms and 30 px. */
  readonly rageCount?: number;
  readonly rageMs?: number;
  readonly rageRadiusPx?: number;
  /** A click without any change of the page for so long is a dead click. Default 2500 ms; 0 turns them off. */
  readonly deadMs?: number;
}

/** Settings of `init`. Only the first two are required. */
export interface Options {
  /** Base address of the OTLP/HTTP receiver, absolute or relative to the page; `/v1/logs` and `/v1/traces` are appended. */
  readonly endpoint: string;
  /** `service.name` of the page. */
  readonly serviceName: string;
  /** `service.version`, usually the release. */
  readonly serviceVersion?: string;
  /** `deployment.environment.name`. */
  readonly environment?: string;
  /** More resource attributes. */
  readonly resourceAttributes?: Readonly<Record<string, AttributeValue>>;
  /** Headers of every request to the receiver, for example `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Base address of the pages where sessions are watched; `getSessionUrl()` needs it. */
  readonly viewerUrl?: string;

  /** How much is hidden: `strict`, `balanced` or `open`. Default `balanced`. */
  readonly privacy?: PrivacyMode;
  /** Elements whose text and inputs are masked. */
  readonly maskTextSelector?: string;
  /** Elements whose text and inputs are shown, whatever the mode; passwords and card fields are not. */
  readonly unmaskSelector?: string;
  /** Elements that are replaced by an empty box of the same size. */
  readonly blockSelector?: string;
  /** Inputs whose changes are not recorded. */
  readonly ignoreSelector?: string;
  /** Sees everything before it is queued; changes it, or returns null to leave it out. */
  readonly beforeSend?: (item: Outgoing) => Outgoing | null;

  /** Record the screen: true, false, or `on-error` to keep the last minute and send only from an error or trigger on. Default true. */
  readonly recordReplay?: boolean | 'on-error';
  /** With `on-error`: what else begins the sending. */
  readonly triggers?: Triggers;
  /** Share of sessions that are recorded, 0 to 1, by a hash of the session id. Default 1. */
  readonly sampleRate?: number;
  /** Nothing happens before `consent()` is called. Default false. */
  readonly requireConsent?: boolean;
  /** Record nobody who sends Do Not Track or Global Privacy Control. Default false. */
  readonly respectDoNotTrack?: boolean;
  /** Record browsers that are driven by programs (webdriver, crawlers). Default true. */
  readonly recordBots?: boolean;
  /** Begin with `init`, or with the first `start()`. Default true. */
  readonly autoStart?: boolean;
  /** Gives the session id that the page already has, instead of one of our own. */
  readonly sessionProvider?: { readonly getSessionId: () => string | null | undefined };

  /** Origins besides the page's own whose requests get `traceparent` and `baggage`; they must allow these headers (CORS). */
  readonly traceOrigins?: readonly OriginPattern[];
  /** Requests whose address contains the text, or matches, get no span and no headers. */
  readonly ignoreUrls?: readonly Pattern[];
  /** Report console calls: all levels, or the listed ones. Default true. */
  readonly captureConsole?: boolean | readonly ConsoleLevel[];
  /** Report requests as spans. Default true; false where OpenTelemetry JS does so already. */
  readonly captureNetwork?: boolean | NetworkCapture;
  /** Report errors, navigation, clicks and vitals. Default true; false leaves the screen, and what you send yourself. */
  readonly captureEvents?: boolean;
  /** When clicks are rage clicks or dead clicks. */
  readonly clicks?: ClickRules;

  /** Record what is drawn on canvases, as pictures, so many per second at most (true: 1). Default false. */
  readonly recordCanvas?: boolean | number;
  /** Record frames of other origins that run this SDK with the same setting. Default false. */
  readonly recordCrossOriginIframes?: boolean;
  /** Options for the recorder itself, over the defaults. */
  readonly rrweb?: ReplayOptions;

  /** Bytes kept on the device while the receiver is away or when the page dies (IndexedDB). Default 16 MiB; 0: none. */
  readonly offlineBytes?: number;
  /** Told once per reason why something was not recorded or sent; the console is told as well. */
  readonly onWarning?: WarningListener;
}

/** The options with every default filled in. */
export interface Settings extends Omit<Required<Options>, OwnSettings> {
  readonly privacy: PrivacyOptions;
  readonly recordReplay: boolean;
  /** Nothing is sent before an error or trigger. */
  readonly onError: boolean;
  readonly consoleLevels: readonly ConsoleLevel[];
  readonly captureNetwork: boolean;
  readonly network: NetworkCapture;
  readonly canvasPerSecond: number;
  readonly viewerUrl: string | undefined;
  readonly beforeSend: Options['beforeSend'] | undefined;
  readonly sessionProvider: Options['sessionProvider'] | undefined;
}
type OwnSettings = 'privacy' | 'recordReplay' | 'captureNetwork' | 'viewerUrl' | 'beforeSend' | 'sessionProvider';

const DEFAULTS = {
  headers: {},
  triggers: {},
  clicks: {},
  sampleRate: 1,
  requireConsent: false,
  respectDoNotTrack: false,
  recordBots: true,
  autoStart: true,
  traceOrigins: [],
  ignoreUrls: [],
  captureEvents: true,
  offlineBytes: 16 * 1024 * 1024,
};

/** Checks the options and fills in defaults; undefined, with a warning, when they cannot work. */
export function readOptions(options: Partial<Options>, warnings: Warnings): Settings | undefined {
  const endpoint = readEndpoint(options.endpoint);
  const wrong = endpoint === undefined ? ['endpoint', options.endpoint, 'an http(s) address such as https://otel.example.com'] : wrongOption(options);
  if (wrong) {
    const [name, value, expected] = wrong;
    warnings.warn(`bad_${String(name).replace(/[A-Z]/g, '_$&').toLowerCase()}`, `${name} is '${String(value)}': expected ${expected}; nothing is recorded.`);
    return undefined;
  }
  const { captureEvents = true, captureNetwork = captureEvents, recordReplay = true, recordCanvas = false, captureConsole = captureEvents } = options;
  return {
    ...DEFAULTS,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    endpoint,
    privacy: readPrivacy(options),
    recordReplay: recordReplay !== false,
    onError: recordReplay === 'on-error',
    consoleLevels: CONSOLE_LEVELS.filter((level) => (typeof captureConsole === 'boolean' ? captureConsole : captureConsole.includes(level))),
    captureNetwork: captureNetwork !== false,
    network: typeof captureNetwork === 'object' ? captureNetwork : {},
    canvasPerSecond: Math.min(4, Number(recordCanvas)),
    rrweb: { recordCrossOriginIframes: options.recordCrossOriginIframes ?? false, ...options.rrweb },
  } as unknown as Settings;
}

/** Name, value and rule of the first option that cannot be. */
function wrongOption({ serviceName, sampleRate = 1, privacy = 'balanced' }: Partial<Options>): [string, unknown, string] | undefined {
  if (typeof serviceName !== 'string' || serviceName === '') return ['serviceName', serviceName, "the name of this page's service"];
  if (!(sampleRate >= 0 && sampleRate <= 1)) return ['sampleRate', sampleRate, 'a number from 0 to 1'];
  return PRIVACY_MODES.includes(privacy) ? undefined : ['privacy', privacy, PRIVACY_MODES.join(', ')];
}

function readPrivacy({ privacy = 'balanced', rrweb, ...options }: Partial<Options>): PrivacyOptions {
  const join = (...selectors: (string | null | undefined)[]): string => selectors.filter(Boolean).join(', ');
  return {
    mode: privacy,
    mask: join('.rr-mask, [data-otel-mask]', options.maskTextSelector, rrweb?.maskTextSelector),
    unmask: join('[data-otel-unmask]', options.unmaskSelector),
    block: join('.rr-block, [data-otel-block]', options.blockSelector, rrweb?.blockSelector),
    ignore: join('.rr-ignore, [data-otel-ignore]', options.ignoreSelector, rrweb?.ignoreSelector),
  };
}

function readEndpoint(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  try {
    const url = new URL(value, document.baseURI);
    return /^https?:$/.test(url.protocol) ? (url.origin + url.pathname).replace(/\/+$/, '') : undefined;
  } catch {
    return undefined;
  }
}

/** `text` contains the pattern, or matches it. `search` ignores the state that `test` keeps in a global expression. */
export function matches(text: string, patterns: readonly Pattern[] = []): boolean {
  return patterns.some((pattern) => (typeof pattern === 'string' ? text.includes(pattern) : text.search(pattern) >= 0));
}
