// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/lib/api';
import { fewRanges, missingRuns, PartStore } from '../src/player/parts';

const never = new AbortController().signal;

function frame(seq: number, error?: string, tab?: string): Uint8Array {
  const header = JSON.stringify(error ? { seq, error: { code: 'damaged', message: error } } : { tab, seq, encoding: 'identity' });
  const payload = error ? '' : JSON.stringify([{ type: 3, timestamp: seq, data: {} }]);
  const bytes = new Uint8Array(8 + header.length + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length);
  bytes.set(new TextEncoder().encode(header), 4);
  view.setUint32(4 + header.length, payload.length);
  bytes.set(new TextEncoder().encode(payload), 8 + header.length);
  return bytes;
}

function bodyOf(frames: Uint8Array[]): ReadableStream<Uint8Array> {
  return new Blob(frames as BlobPart[]).stream() as ReadableStream<Uint8Array>;
}

/** Answers ranges like the server, at most `perAnswer` frames at once, and remembers what was asked. */
function server(existing: number[], perAnswer = 100, damaged: number[] = []) {
  const asked: string[] = [];
  const fetcher = (url: string): Promise<ReadableStream<Uint8Array>> => {
    const params = new URL(url, 'http://x').searchParams;
    const [from, to] = [Number(params.get('from_seq')), Number(params.get('to_seq'))];
    asked.push(`${from}-${to}`);
    const found = existing.filter((seq) => seq >= from && seq <= to).slice(0, perAnswer);
    return Promise.resolve(bodyOf(found.map((seq) => frame(seq, damaged.includes(seq) ? 'checksum' : undefined))));
  };
  return { asked, fetcher };
}

describe('PartStore', () => {
  it('asks once for neighbours and then has them', async () => {
    const { asked, fetcher } = server([0, 1, 2]);
    const store = new PartStore('s', fetcher);
    expect((await store.load('a', [0, 1, 2], never)).map((part) => part.seq)).toEqual([0, 1, 2]);
    await store.load('a', [1, 2], never);
    expect(asked).toEqual(['0-2']);
  });

  it('passes over parts of other tabs that lie in the same segment', async () => {
    const body = [frame(7, undefined, 'b'), frame(0, undefined, 'a'), frame(1, undefined, 'a'), frame(0, undefined, 'c')];
    const asked: string[] = [];
    const store = new PartStore('s', (url) => {
      asked.push(new URL(url, 'http://x').searchParams.get('tab')!);
      return Promise.resolve(bodyOf(body));
    });
    expect((await store.load('a', [0, 1], never)).map((part) => part.damage)).toEqual([null, null]);
    await store.load('c', [0], never);
    expect(asked).toEqual(['a', 'c']);
  });

  it('keeps neighbours that came with what was asked for', async () => {
    const asked: string[] = [];
    const store = new PartStore('s', (url) => {
      asked.push(new URL(url, 'http://x').searchParams.get('from_seq')!);
      return Promise.resolve(bodyOf([0, 1, 2, 3].map((seq) => frame(seq, undefined, 'a'))));
    });
    expect((await store.load('a', [2], never)).map((part) => part.seq)).toEqual([2]);
    await store.load('a', [0, 1, 3], never);
    expect(asked).toEqual(['2']);
  });

  it('goes on after a bounded answer', async () => {
    const { asked, fetcher } = server([0, 1, 2, 3, 4], 2);
    const parts = await new PartStore('s', fetcher).load('a', [0, 1, 2, 3, 4], never);
    expect(asked).toEqual(['0-4', '2-4', '4-4']);
    expect(parts.every((part) => part.damage === null)).toBe(true);
  });

  it('reports what is damaged and what is not there, and returns the rest', async () => {
    const { fetcher } = server([0, 1], 100, [1]);
    const parts = await new PartStore('s', fetcher).load('a', [0, 1, 2], never);
    expect(parts.map((part) => part.damage)).toEqual([null, 'checksum', 'The server does not have this part.']);
    expect(parts[0]!.events).toHaveLength(1);
  });

  it('asks again for a damaged part, which may have been mended, but not for what it holds', async () => {
    const { asked, fetcher } = server([0, 1], 100, [1]);
    const store = new PartStore('s', fetcher);
    await store.load('a', [0, 1], never);
    await store.load('a', [0, 1], never);
    expect(asked).toEqual(['0-1', '1-1']);
  });

  it('tries again when the server is away, and goes on where it was cut off', async () => {
    const { asked, fetcher } = server([0, 1, 2]);
    let calls = 0;
    const shaky = (url: string): Promise<ReadableStream<Uint8Array>> => {
      calls += 1;
      if (calls === 1) return Promise.reject(new ApiError(503, 'unavailable', 'away'));
      if (calls === 2) return Promise.resolve(bodyOf([frame(0), frame(1).slice(0, 9)]));
      return fetcher(url);
    };
    const parts = await new PartStore('s', shaky, 1e6, 0).load('a', [0, 1, 2], never);
    expect(parts.map((part) => part.damage)).toEqual([null, null, null]);
    expect(asked).toEqual(['1-2']);
  });

  it('gives up after a few attempts', async () => {
    let calls = 0;
    const away = (): Promise<never> => {
      calls += 1;
      return Promise.reject(new ApiError(0, 'unreachable', 'away'));
    };
    await expect(new PartStore('s', away, 1e6, 0).load('a', [0], never)).rejects.toThrow('away');
    expect(calls).toBe(3);
  });

  it('does not ask again when the answer is final', async () => {
    let calls = 0;
    const gone = (): Promise<never> => {
      calls += 1;
      return Promise.reject(new ApiError(404, 'not_found', 'gone'));
    };
    await expect(new PartStore('s', gone, 1e6, 0).load('a', [0], never)).rejects.toThrow('gone');
    expect(calls).toBe(1);
  });

  it('forgets the parts not used for longest when it is full', async () => {
    const size = JSON.stringify([{ type: 3, timestamp: 0, data: {} }]).length;
    const { asked, fetcher } = server([0, 1, 2]);
    const store = new PartStore('s', fetcher, size * 2);
    for (const seq of [0, 1, 0, 2, 0, 1]) await store.load('a', [seq], never);
    expect(asked).toEqual(['0-0', '1-1', '2-2', '1-1']);
  });
});

describe('missingRuns', () => {
  it('runs across numbers that do not exist, not across those that are there', () => {
    const found = new Map([[5, true]]);
    expect(missingRuns([1, 2, 4, 5, 6], found)).toEqual([
      { from: 1, to: 4 },
      { from: 6, to: 6 },
    ]);
  });
});

describe('fewRanges', () => {
  it('closes the smallest holes until two ranges are left', () => {
    const one = (seq: number) => ({ from: seq, to: seq });
    expect(fewRanges([one(1), one(3), one(9), one(20)])).toEqual([{ from: 1, to: 9 }, one(20)]);
    expect(fewRanges([one(1), one(20)])).toEqual([one(1), one(20)]);
  });

  it('bounds the requests of one seek', async () => {
    const { asked, fetcher } = server([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const store = new PartStore('s', fetcher);
    for (const seq of [1, 3, 5, 7]) await store.load('a', [seq], never);
    asked.length = 0;
    expect(await store.load('a', [0, 1, 2, 3, 4, 5, 6, 7, 8], never)).toHaveLength(9);
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});
