/** Exports a span with OpenTelemetry's JSON exporter, as a page with the plain SDK does. */

import { OTLPTraceExporter } from 'exporter-trace-otlp-http-3';
import { resourceFromAttributes } from 'resources-3';
import { BatchSpanProcessor, TracerProvider } from 'sdk-trace-3';

window.send = async (url, service, headers) => {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, headers });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  provider.getTracer('lib', '2.5').startSpan('in the browser', { attributes: { half: 0.5 } }).end();
  await provider.forceFlush();
};
