/**
 * For script tags, after `otel.js` without an endpoint of its own: starts it with settings from the receiver.
 *
 *     <script src="/static/otel.js"></script>
 *     <script src="/static/otel-remote.js" data-endpoint="https://otel.example.com" data-service="shop-web"></script>
 */
import type { Handle } from './api';
import type { Options } from './options';
import { beginRemote } from './remote/begin';
import { readTag } from './tag';

type Global = { readonly otelReplay?: { readonly init: (options: Options) => Handle | undefined } };

const tag = document.currentScript;
if (tag) void beginRemote(readTag(tag.dataset), (options) => (window as Global).otelReplay?.init(options));
