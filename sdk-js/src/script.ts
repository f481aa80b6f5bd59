/**
 * The script-tag build: `window.otelReplay`, which starts by itself when the tag says where to send.
 *
 *     <script src="/static/otel.js" data-endpoint="https://otel.example.com" data-service="shop-web" data-key="…"></script>
 */
import { forward, init, initWith, type Handle } from './api';
import { readStub } from './early';
import type { Options } from './options';
import { readTag } from './tag';
import { VERSION } from './version';

const FUNCTIONS = 'identify setAttributes track recordException recordState addNote consent start stop pause resume trigger';
const QUIET = 'getSessionId getSessionUrl flush shutdown';

const tag = document.currentScript;
const target = window as { otelReplay?: unknown };
const stub = readStub(target.otelReplay);
const early = [...(stub?.errors ?? [])];
const api: Record<string, unknown> = { VERSION, init };
const add = (names: string, quiet: boolean): void => names.split(' ').forEach((name) => (api[name] = forward(name as keyof Handle, quiet)));
add(FUNCTIONS, false);
add(QUIET, true);
target.otelReplay = api;
if (tag instanceof HTMLScriptElement && tag.dataset['endpoint'] !== undefined) initWith(readTag(tag.dataset), early);
stub?.calls.forEach(([name, args]) => {
  if (name === 'init') initWith(args[0] as Options, early);
  else (api[name] as ((...args: unknown[]) => unknown) | undefined)?.(...args);
});
