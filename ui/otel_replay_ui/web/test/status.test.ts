import { describe, expect, it } from 'vitest';
import { bytes } from '../src/lib/format';
import type { Refusal, SignalStatus, Status } from '../src/lib/types';
import { partStates } from '../src/status/parts';
import { howMany, words } from '../src/status/refusals';
import { retentionNote } from '../src/status/retention';
import { s3Note } from '../src/status/s3';
import { freshness, perMinute } from '../src/status/signals';

const hour = (...last: number[]): number[] => [...Array<number>(60 - last.length).fill(0), ...last];

describe('perMinute', () => {
  it.each([
    [hour(10, 20, 30, 40, 50, 999), '30'],
    [hour(0, 0, 1, 0, 1, 0), '0.4'],
    [hour(5, 5, 5, 5, 5, 0), '5'],
    [hour(6000, 6000, 6000, 6000, 6000, 1), '6,000'],
    [hour(7), '7'],
    [hour(), '0'],
  ])('takes the mean of the last five whole minutes', (counts, text) => {
    expect(perMinute(counts)).toBe(text);
  });
});

describe('freshness', () => {
  const at = (last_ms: number | null): SignalStatus => ({ signal: 'logs', last_ms, requests: 0, records: 0, bytes: 0, per_minute: [] });

  it.each([
    [null, 'none'],
    [999_000, 'fresh'],
    [600_000, 'stale'],
  ])('of data that came at %s', (lastMs, word) => {
    expect(freshness(at(lastMs), 1_000_000)).toBe(word);
  });
});

describe('a refusal', () => {
  const refusal = (requests: number, records: number): Refusal => ({ reason: '', requests, records, last_ms: 0, keys: [], comes_again: false, help: '' });

  it('says how much of what', () => {
    expect(howMany(refusal(1, 0))).toBe('1 request');
    expect(howMany(refusal(0, 1200))).toBe('1,200 records left out');
    expect(howMany(refusal(2, 3))).toBe('2 requests, 3 records left out');
  });

  it('names its reason in words', () => {
    expect(words('daily_budget')).toBe('Daily budget');
  });
});

describe('partStates', () => {
  const status = (changes: Partial<Status>): Status => ({ version: '', project: '', now_ms: 0, problems: [], signals: [], keys: [], refusals: [], tables: [], recordings: null, retention: null, blobs: null, receiver: null, sessions: null, ...changes });
  const states = (changes: Partial<Status>): string[] => partStates(status(changes)).map(([, state]) => state);

  it('knows what runs elsewhere and what is in trouble', () => {
    expect(states({})).toEqual(['well', 'elsewhere', 'elsewhere']);
    expect(states({ signals: null, sessions: { last_round_ms: 0, lag_s: 0, late: true } })).toEqual(['trouble', 'elsewhere', 'trouble']);
  });
});

describe('retentionNote', () => {
  it('says how long each kind is kept', () => {
    expect(retentionNote({ replay: 60, logs: 30, traces: 1, metrics: 7 })).toBe(
      'Kept from the start of a session: recordings for 60 days, logs for 30 days, traces for 1 day. Metrics are kept for 7 days.',
    );
  });
});

describe('s3Note', () => {
  const asked = { PUT: 7_104, GET: 12, LIST: 1, DELETE: 0 };
  const blobs = { requests_last_hour: asked, written_bytes: 0, read_bytes: 0, request_dollars_per_month: 25.934, stored_dollars_per_month: 0.004 };

  it('says what was asked and what a month costs', () => {
    expect(s3Note(blobs)).toBe(
      "Requests to S3 by this process in the last hour: 7,104 PUT, 12 GET, 1 LIST, 0 DELETE. In a month that goes on like this they cost $25.93, and what is stored less than $0.01, at AWS's list prices.",
    );
  });

  it('leaves out what is not known', () => {
    expect(s3Note({ ...blobs, stored_dollars_per_month: null })).toContain("they cost $25.93, at AWS's list prices.");
  });
});

describe('bytes', () => {
  it('goes on to gigabytes', () => {
    expect(bytes(9_120_000_000)).toBe('9.1 GB');
  });
});
