import type { OriginPattern } from './network/propagation';
import type { AttributeValue } from './otlp/model';
import type { ReplayOptions } from './replay/rrweb';
import type { ConsoleLevel } from './signals/console';
import { CONSOLE_LEVELS } from './signals/console';
import type { WarningListener, Warnings } from './warnings';

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
  /** Origins besides the page's own whose requests get `traceparent` and `baggage`; they must allow these headers (CORS). */
  readonly traceOrigins?: readonly OriginPattern[];
  /** Requests whose address contains the text, or matches, get no span and no headers. */
  readonly ignoreUrls?: readonly (string | RegExp)[];
  /** Report console calls: all levels, or the listed ones. Default true. */
  readonly captureConsole?: boolean | readonly ConsoleLevel[];
  /** Record the screen. Default true. */
  readonly recordReplay?: boolean;
  /** Options for the recorder itself, over the defaults. */
  readonly rrweb?: ReplayOptions;
  /** Elements whose text is masked; `*` masks all text. */
  readonly maskTextSelector?: string;
  /** Elements that are replaced by an empty box of the same size. */
  readonly blockSelector?: string;
  /** Told once per reason why something was not recorded or sent; the console is told as well. */
  readonly onWarning?: WarningListener;
}

/** The options with every default filled in. */
export interface Settings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly traceOrigins: readonly OriginPattern[];
  readonly ignoreUrls: readonly (string | RegExp)[];
  readonly consoleLevels: readonly ConsoleLevel[];
  readonly recordReplay: boolean;
  readonly rrweb: ReplayOptions;
  /** Selectors whose text never leaves the page. */
  readonly hiddenSelectors: readonly string[];
}

/** Checks the options and fills in defaults; undefined, with a warning, when they cannot work. */
export function readOptions(options: Partial<Options>, warnings: Warnings): Settings | undefined {
  const endpoint = readEndpoint(options.endpoint);
  if (endpoint === undefined) {
    warnings.warn('bad_endpoint', `endpoint is '${String(options.endpoint)}': expected an http(s) address such as https://otel.example.com; nothing is recorded.`);
    return undefined;
  }
  if (typeof options.serviceName !== 'string' || options.serviceName === '') {
    warnings.warn('bad_service_name', `serviceName is '${String(options.serviceName)}': expected the name of this page's service; nothing is recorded.`);
    return undefined;
  }
  const masked = options.maskTextSelector ?? options.rrweb?.maskTextSelector;
  const blocked = options.blockSelector ?? options.rrweb?.blockSelector;
  return {
    endpoint,
    headers: options.headers ?? {},
    traceOrigins: options.traceOrigins ?? [],
    ignoreUrls: options.ignoreUrls ?? [],
    consoleLevels: consoleLevels(options.captureConsole),
    recordReplay: options.recordReplay ?? true,
    rrweb: {
      ...options.rrweb,
      ...(masked === undefined ? {} : { maskTextSelector: masked }),
      ...(blocked === undefined ? {} : { blockSelector: blocked }),
    },
    hiddenSelectors: ['.rr-mask', '.rr-block', masked, blocked].filter((selector) => typeof selector === 'string' && selector !== '') as string[],
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

function consoleLevels(capture: boolean | readonly ConsoleLevel[] = true): readonly ConsoleLevel[] {
  if (typeof capture === 'boolean') return capture ? CONSOLE_LEVELS : [];
  return CONSOLE_LEVELS.filter((level) => capture.includes(level));
}
