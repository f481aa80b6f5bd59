/**
 * The script-tag build: `window.otelReplay`, which starts by itself when the tag says where to send.
 *
 *     <script src="/static/otel.js" data-endpoint="https://otel.example.com" data-service="shop-web" data-key="…"></script>
 */
import { init, type Options } from './index';

export * from './index';

const tag = document.currentScript;
if (tag instanceof HTMLScriptElement && tag.dataset['endpoint'] !== undefined) init(readTag(tag.dataset));

function readTag(data: DOMStringMap): Options {
  const { endpoint = '', service = '', version, environment, traceOrigins, key } = data;
  return {
    endpoint,
    serviceName: service,
    ...(version === undefined ? {} : { serviceVersion: version }),
    ...(environment === undefined ? {} : { environment }),
    ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
    ...(traceOrigins === undefined ? {} : { traceOrigins: traceOrigins.split(',').map((origin) => origin.trim()) }),
  };
}
