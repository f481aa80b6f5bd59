/**
 * Sends a trace, two logs and metrics through OpenTelemetry's SDK, as an application in Node.js does.
 *
 *   node send.mjs <line> <kind> <address> <service> <compression>
 *
 * Line is 2 or 3, kind is http (JSON), proto or grpc (traces only), address is the receiver's. Times and ids are
 * fixed, so that the rows of all senders can be compared. Exits with 1 when an export fails.
 */

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const [line, kind, address, service, compression] = process.argv.slice(2);
const START_MS = 1_790_000_000_000;
const at = (ms) => new Date(START_MS + ms);

const load = (name) => import(`${name}-${line}`);
const { resourceFromAttributes } = await load('resources');
const resource = resourceFromAttributes({ 'service.name': service, 'service.version': '1.0' });

async function exporter(signal, name) {
  const module = await load(`exporter-${signal}-otlp-${kind}`);
  const path = kind === 'grpc' ? '' : `/v1/${signal === 'trace' ? 'traces' : signal}`;
  return new module[name]({ url: `${address}${path}`, compression, concurrencyLimit: 1 });
}

/** Ids in the order in which spans are made. */
class FixedIds {
  spans = 0;
  generateTraceId = () => '0af7651916cd43dd8448eb211c80319c';
  generateSpanId = () => String(++this.spans).padStart(16, '0');
}

async function sendTraces() {
  const { BatchSpanProcessor, TracerProvider } = await load('sdk-trace');
  const provider = new TracerProvider({
    resource,
    idGenerator: new FixedIds(),
    spanProcessors: [new BatchSpanProcessor({ exporter: await exporter('trace', 'OTLPTraceExporter') })],
  });
  const tracer = provider.getTracer('lib', '2.5');
  const link = { context: { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 }, attributes: { why: 'retry' } };
  const parent = tracer.startSpan('GET /orders', { kind: SpanKind.SERVER, startTime: at(0), links: [link] }, ROOT_CONTEXT);
  parent.setAttributes({ text: 'ü ✓', yes: true, whole: 42, half: 0.5, list: ['a', 'b'] });
  parent.addEvent('exception', { 'exception.type': 'KeyError', 'exception.message': 'kettle' }, at(3));
  const inner = trace.setSpan(ROOT_CONTEXT, parent);
  tracer.startSpan('SELECT', { kind: SpanKind.CLIENT, startTime: at(1) }, inner).end(at(2));
  parent.setStatus({ code: SpanStatusCode.ERROR, message: 'no kettle' });
  parent.end(at(5));
  await provider.forceFlush();
  await provider.shutdown();
}

async function sendLogs() {
  const { BatchLogRecordProcessor, LoggerProvider } = await load('sdk-logs');
  const processor = new BatchLogRecordProcessor({ exporter: await exporter('logs', 'OTLPLogExporter') });
  const provider = new LoggerProvider({ resource, processors: [processor] });
  const logger = provider.getLogger('lib', '2.5');
  const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '0000000000000001', traceFlags: 1 };
  logger.emit({
    timestamp: at(1),
    observedTimestamp: at(1),
    severityNumber: 17,
    severityText: 'ERROR',
    body: 'out of kettles',
    attributes: { shelf: 7, 'session.id': '5e55' },
    context: trace.setSpanContext(ROOT_CONTEXT, spanContext),
  });
  logger.emit({ timestamp: at(2), observedTimestamp: at(2), severityNumber: 9, eventName: 'restocked', body: 'done', context: ROOT_CONTEXT });
  await provider.forceFlush();
  await provider.shutdown();
}

async function sendMetrics() {
  const { MeterProvider, PeriodicExportingMetricReader } = await load('sdk-metrics');
  const reader = new PeriodicExportingMetricReader({ exporter: await exporter('metrics', 'OTLPMetricExporter'), exportIntervalMillis: 600_000 });
  const meter = new MeterProvider({ resource, readers: [reader] }).getMeter('lib', '2.5');
  const orders = meter.createCounter('orders', { unit: '1', description: 'Orders placed' });
  orders.add(2, { shop: 'north' });
  orders.add(3, { shop: 'north' });
  meter.createObservableGauge('kettles', { unit: '1' }).addCallback((result) => result.observe(7.5));
  const seconds = meter.createHistogram('wait', { unit: 's', advice: { explicitBucketBoundaries: [1, 5] } });
  for (const value of [0.5, 2, 3, 9]) seconds.record(value);
  await reader.shutdown();
}

const failed = [];
const { diag, DiagLogLevel } = await import('@opentelemetry/api');
const note = (...words) => failed.push(words.map(String).join(' '));
const ignore = () => undefined;
diag.setLogger({ error: note, warn: note, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);

await sendTraces();
if (kind !== 'grpc') {
  await sendLogs();
  await sendMetrics();
}
if (failed.length > 0) {
  console.error(failed.join('\n'));
  process.exit(1);
}
