/** OpenTelemetry JS as a page sets it up: spans and logs, requests as spans, exported to a receiver. */

import { context, propagation, trace } from '@opentelemetry/api';

/**
 * Makes `startOpenTelemetry({ endpoint, spanProcessors, logProcessors })` out of a line's packages. The processors come before the
 * exporting ones; what it returns is what the page uses of it.
 */
export function setUp({ resource, provider, exporting, loggerProvider, exportingLogs, contextManager, propagator, instrumentations }) {
  return ({ endpoint, spanProcessors = [], logProcessors = [] }) => {
    const spans = provider({ resource, spanProcessors: [...spanProcessors, exporting(`${endpoint}/v1/traces`)] });
    const logs = loggerProvider({ resource, processors: [...logProcessors, exportingLogs(`${endpoint}/v1/logs`)] });
    trace.setGlobalTracerProvider(spans);
    context.setGlobalContextManager(contextManager.enable());
    propagation.setGlobalPropagator(propagator);
    instrumentations().forEach((instrumentation) => instrumentation.setTracerProvider(spans));
    return {
      tracer: spans.getTracer('page'),
      logger: logs.getLogger('page'),
      flush: () => Promise.all([spans.forceFlush(), logs.forceFlush()]),
    };
  };
}
