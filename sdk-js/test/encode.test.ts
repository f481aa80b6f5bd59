import { expect, test } from 'vitest';

import { encodeLogs, encodeSpans } from '../src/otlp/encode';
import type { AttributeValue, LogRecord, Span } from '../src/otlp/model';
import { readPartialSuccess, readStatusMessage } from '../src/otlp/response';
import { Writer } from '../src/otlp/writer';
import { decodeLogs, decodeSpans } from './otlp';

const RECORD: LogRecord = { eventName: 'e', timeMs: 1_700_000_000_123, observedMs: 1_700_000_000_456, attributes: {} };

function roundTrip(value: AttributeValue): unknown {
  const bytes = encodeLogs({}, [{ scope: 's', records: [{ ...RECORD, attributes: { key: value } }] }]);
  return decodeLogs(bytes)[0]?.attributes['key'];
}

test.each<[string, AttributeValue, unknown]>([
  ['text', 'Käse 🧀', 'Käse 🧀'],
  ['empty text', '', ''],
  ['long text', 'é'.repeat(5000), 'é'.repeat(5000)],
  ['true', true, true],
  ['false', false, false],
  ['zero', 0, 0],
  ['an integer', 300, 300],
  ['a time in ms', 1_700_000_000_123, 1_700_000_000_123],
  ['the greatest safe integer', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['a negative integer', -5, -5],
  ['the least safe integer', Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ['a fraction', 0.1, 0.1],
  ['a huge number', 1e300, 1e300],
  ['infinity', Infinity, Infinity],
  ['a list', ['a', 1, false], ['a', 1, false]],
  ['a map', { a: { b: 2 } }, { a: { b: 2 } }],
  ['null', null, undefined],
])('%s survives the wire', (_, value, expected) => {
  expect(roundTrip(value)).toEqual(expected);
});

test('an undefined attribute is left out, an unset one keeps its key', () => {
  const bytes = encodeLogs({}, [{ scope: 's', records: [{ ...RECORD, attributes: { absent: undefined, unset: null } }] }]);
  expect(Object.keys(decodeLogs(bytes)[0]?.attributes ?? {})).toEqual(['unset']);
});

test('a cyclic value is cut off instead of hanging the page', () => {
  const cyclic: Record<string, AttributeValue> = { name: 'a' };
  (cyclic as Record<string, unknown>)['self'] = cyclic;
  expect(roundTrip(cyclic)).toMatchObject({ name: 'a', self: { name: 'a' } });
});

test('a log record keeps its scope, times, severity, body and resource', () => {
  const body = Uint8Array.from({ length: 3000 }, (_, index) => index % 256);
  const records = [{ ...RECORD, severity: 17 as const, body }];
  const [record] = decodeLogs(encodeLogs({ 'service.name': 'shop' }, [{ scope: 'otel_replay.recorder', records }]));
  expect(record).toEqual({
    scope: 'otel_replay.recorder',
    eventName: 'e',
    timeNano: '1700000000123000000',
    observedNano: '1700000000456000000',
    severity: 17,
    body: expect.anything() as unknown,
    attributes: {},
    resource: { 'service.name': 'shop' },
  });
  expect(Buffer.from(record?.body as Uint8Array).equals(Buffer.from(body))).toBe(true);
});

test('a span keeps its ids, times to the microsecond, kind and status', () => {
  const span: Span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'GET',
    startMs: 1_700_000_000_000,
    endMs: 1_700_000_000_012.345,
    failed: true,
    attributes: { 'http.response.status_code': 500 },
  };
  expect(decodeSpans(encodeSpans({ a: 'b' }, [span]))).toEqual([
    {
      traceId: span.traceId,
      spanId: span.spanId,
      name: 'GET',
      kind: 'SPAN_KIND_CLIENT',
      startNano: '1700000000000000000',
      endNano: '1700000000012345000',
      status: 'STATUS_CODE_ERROR',
      attributes: { 'http.response.status_code': 500 },
      resource: { a: 'b' },
    },
  ]);
});

test('a partial success is read from the response, a full one is none', () => {
  const partial = new Writer().message(1, (inner) => inner.varint(1, 300).string(2, 'bad ids')).finish();
  expect(readPartialSuccess(partial)).toEqual({ rejected: 300, message: 'bad ids' });
  expect(readPartialSuccess(new Uint8Array())).toBeUndefined();
  expect(readPartialSuccess(new Writer().message(1, () => undefined).finish())).toBeUndefined();
});

test('a response that is no protobuf says nothing and breaks nothing', () => {
  const html = new TextEncoder().encode('<html>502 Bad Gateway</html>');
  expect(readPartialSuccess(html)).toBeUndefined();
  expect(readStatusMessage(html)).toBe('');
  expect(readStatusMessage(new Writer().varint(1, 3).string(2, 'no service.name').finish())).toBe('no service.name');
});
