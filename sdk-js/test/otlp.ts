/** Decodes OTLP requests with protobufjs and the project's own .proto, independently of the SDK's encoder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { eventWithTime } from '@rrweb/types';
import protobuf from 'protobufjs';

const schema = readFileSync(join(import.meta.dirname, 'otlp.proto'), 'utf8');
const { root } = protobuf.parse(schema, { keepCase: true });

export type Plain = Record<string, unknown>;

export interface DecodedRecord {
  readonly scope: string;
  readonly eventName: string;
  readonly timeNano: string;
  readonly observedNano: string;
  readonly severity: number;
  readonly body: unknown;
  readonly attributes: Plain;
  readonly resource: Plain;
}

export interface DecodedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly kind: string;
  readonly startNano: string;
  readonly endNano: string;
  readonly status: string;
  readonly attributes: Plain;
  readonly resource: Plain;
}

export function decode(message: string, bytes: Uint8Array): Plain {
  const type = root.lookupType(`otlp.${message}`);
  return type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: Uint8Array, defaults: false, arrays: true });
}

export function decodeLogs(bytes: Uint8Array): DecodedRecord[] {
  return list(decode('ExportLogsServiceRequest', bytes)['resource_logs']).flatMap((resourceLogs) =>
    list(resourceLogs['scope_logs']).flatMap((scopeLogs) =>
      list(scopeLogs['log_records']).map((record) => ({
        scope: String((scopeLogs['scope'] as Plain)['name']),
        eventName: String(record['event_name']),
        timeNano: String(record['time_unix_nano']),
        observedNano: String(record['observed_time_unix_nano']),
        severity: severityNumber(record['severity_number']),
        body: anyValue(record['body'] as Plain | undefined),
        attributes: attributes(record['attributes']),
        resource: attributes((resourceLogs['resource'] as Plain)['attributes']),
      })),
    ),
  );
}

export function decodeSpans(bytes: Uint8Array): DecodedSpan[] {
  return list(decode('ExportTraceServiceRequest', bytes)['resource_spans']).flatMap((resourceSpans) =>
    list(resourceSpans['scope_spans']).flatMap((scopeSpans) =>
      list(scopeSpans['spans']).map((span) => ({
        traceId: hex(span['trace_id']),
        spanId: hex(span['span_id']),
        name: String(span['name']),
        kind: String(span['kind']),
        startNano: String(span['start_time_unix_nano']),
        endNano: String(span['end_time_unix_nano']),
        status: String((span['status'] as Plain | undefined)?.['code'] ?? 'STATUS_CODE_UNSET'),
        attributes: attributes(span['attributes']),
        resource: attributes((resourceSpans['resource'] as Plain)['attributes']),
      })),
    ),
  );
}

/** The rrweb events of a chunk record. */
export function chunkEvents(record: DecodedRecord): eventWithTime[] {
  const bytes = record.body as Uint8Array;
  const json = record.attributes['session.replay.encoding'] === 'gzip' ? gunzipSync(bytes) : Buffer.from(bytes);
  return JSON.parse(json.toString('utf8')) as eventWithTime[];
}

/** A value as OTLP's AnyValue says it; integers come back as numbers. */
export function anyValue(value: Plain | undefined): unknown {
  if (!value) return undefined;
  const [kind, inner] = Object.entries(value)[0] ?? [];
  if (kind === 'int_value') return Number(inner);
  if (kind === 'array_value') return list((inner as Plain)['values']).map(anyValue);
  if (kind === 'kvlist_value') return attributes((inner as Plain)['values']);
  return inner;
}

function attributes(pairs: unknown): Plain {
  return Object.fromEntries(list(pairs).map((pair) => [String(pair['key']), anyValue(pair['value'] as Plain)]));
}

function list(value: unknown): Plain[] {
  return (value ?? []) as Plain[];
}

function severityNumber(name: unknown): number {
  return root.lookupEnum('otlp.SeverityNumber').values[String(name)] ?? 0;
}

function hex(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex');
}
