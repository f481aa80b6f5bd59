import type { Attributes, AttributeValue, LogRecord, ScopedRecords, Span } from './model';
import { BROWSER_SCOPE } from '../semconv';
import { VERSION } from '../version';
import { Writer } from './writer';

/** Nesting below this is cut off, so that a cyclic value given by the page cannot hang the encoder. */
const DEPTH_LIMIT = 6;
const SPAN_KIND_CLIENT = 3;
const STATUS_ERROR = 2;

/** Serialises an OTLP ExportLogsServiceRequest (opentelemetry-proto, collector/logs/v1). */
export function encodeLogs(resource: Attributes, groups: readonly ScopedRecords[]): Uint8Array<ArrayBuffer> {
  const request = new Writer();
  request.message(1, (resourceLogs) => {
    writeResource(resourceLogs, resource);
    for (const { scope, records } of groups) {
      resourceLogs.message(2, (scopeLogs) => {
        writeScope(scopeLogs, scope);
        records.forEach((record) => scopeLogs.message(2, (writer) => writeRecord(writer, record)));
      });
    }
  });
  return request.finish();
}

/** Serialises an OTLP ExportTraceServiceRequest (opentelemetry-proto, collector/trace/v1). */
export function encodeSpans(resource: Attributes, spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  const request = new Writer();
  request.message(1, (resourceSpans) => {
    writeResource(resourceSpans, resource);
    resourceSpans.message(2, (scopeSpans) => {
      writeScope(scopeSpans, BROWSER_SCOPE);
      spans.forEach((span) => scopeSpans.message(2, (writer) => writeSpan(writer, span)));
    });
  });
  return request.finish();
}

function writeResource(writer: Writer, attributes: Attributes): void {
  writer.message(1, (resource) => writeAttributes(resource, 1, attributes));
}

function writeScope(writer: Writer, name: string): void {
  writer.message(1, (scope) => scope.string(1, name).string(2, VERSION));
}

function writeRecord(writer: Writer, record: LogRecord): void {
  writer.timeNano(1, record.timeMs);
  if (record.severity !== undefined) writer.varint(2, record.severity);
  if (record.body !== undefined) writer.message(5, (body) => writeValue(body, record.body, 0));
  writeAttributes(writer, 6, record.attributes);
  writer.timeNano(11, record.observedMs).string(12, record.eventName);
}

function writeSpan(writer: Writer, span: Span): void {
  writer.hex(1, span.traceId).hex(2, span.spanId).string(5, span.name).varint(6, SPAN_KIND_CLIENT);
  writer.timeNano(7, span.startMs).timeNano(8, span.endMs);
  writeAttributes(writer, 9, span.attributes);
  if (span.failed) writer.message(15, (status) => status.varint(3, STATUS_ERROR));
}

function writeAttributes(writer: Writer, field: number, attributes: Attributes, depth = 0): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    writer.message(field, (pair) => {
      pair.string(1, key).message(2, (any) => writeValue(any, value, depth));
    });
  }
}

/** An AnyValue; null, functions and what lies too deep become the unset value. */
function writeValue(writer: Writer, value: AttributeValue, depth: number): void {
  if (typeof value === 'string') writer.string(1, value);
  else if (typeof value === 'boolean') writer.bool(2, value);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (value instanceof Uint8Array) writer.bytes(7, value);
  else if (typeof value === 'object' && value !== null && depth < DEPTH_LIMIT) {
    if (Array.isArray(value)) writeArray(writer, value, depth);
    else writer.message(6, (map) => writeAttributes(map, 1, value as Attributes, depth + 1));
  }
}

function writeNumber(writer: Writer, value: number): void {
  if (Number.isSafeInteger(value)) writer.varint(3, value);
  else writer.double(4, value);
}

function writeArray(writer: Writer, values: readonly AttributeValue[], depth: number): void {
  writer.message(5, (array) => {
    values.forEach((value) => array.message(1, (any) => writeValue(any, value, depth + 1)));
  });
}
