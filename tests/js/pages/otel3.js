/** OpenTelemetry JS 3.x; it has no instrumentation of XMLHttpRequest yet. */

import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from 'core-3';
import { OTLPLogExporter } from 'exporter-logs-otlp-http-3';
import { OTLPTraceExporter } from 'exporter-trace-otlp-http-3';
import { FetchInstrumentation } from 'instrumentation-fetch-3';
import { resourceFromAttributes } from 'resources-3';
import { BatchLogRecordProcessor, LoggerProvider } from 'sdk-logs-3';
import { BatchSpanProcessor, StackContextManager, TracerProvider } from 'sdk-trace-3';
import { setUp } from './shared/opentelemetry.js';

window.startOpenTelemetry = setUp({
  resource: resourceFromAttributes({ 'service.name': 'shop-otel3' }),
  provider: (config) => new TracerProvider(config),
  exporting: (url) => new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) }),
  loggerProvider: (config) => new LoggerProvider(config),
  exportingLogs: (url) => new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url }) }),
  contextManager: new StackContextManager(),
  propagator: new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  instrumentations: () => [new FetchInstrumentation()],
});
