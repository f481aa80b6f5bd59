/** OpenTelemetry JS 2.x, with what it has for browsers. */

import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from 'core-2';
import { OTLPLogExporter } from 'exporter-logs-otlp-http-2';
import { OTLPTraceExporter } from 'exporter-trace-otlp-http-2';
import { FetchInstrumentation } from 'instrumentation-fetch-2';
import { XMLHttpRequestInstrumentation } from 'instrumentation-xml-http-request-2';
import { resourceFromAttributes } from 'resources-2';
import { BatchLogRecordProcessor, LoggerProvider } from 'sdk-logs-2';
import { BatchSpanProcessor, StackContextManager, WebTracerProvider } from 'sdk-trace-web-2';
import { setUp } from './shared/opentelemetry.js';

window.startOpenTelemetry = setUp({
  resource: resourceFromAttributes({ 'service.name': 'shop-otel2' }),
  provider: (config) => new WebTracerProvider(config),
  exporting: (url) => new BatchSpanProcessor(new OTLPTraceExporter({ url })),
  loggerProvider: (config) => new LoggerProvider(config),
  exportingLogs: (url) => new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url }) }),
  contextManager: new StackContextManager(),
  propagator: new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  instrumentations: () => [new FetchInstrumentation(), new XMLHttpRequestInstrumentation()],
});
