/**
 * Fetch stored parts and keep the latest ones as they arrive, within a limit: chunks of packs compressed, those of
 * segments as JSON, which the browser itself has decompressed.
 */

import { ApiError, replayUrl, request } from '../lib/api';
import { decodePart, FrameError, FRAMES_TYPE, readFrames, type Frame } from './frames';
import type { SeqRange } from './manifest';

/** A part of a recording, or the reason why it cannot be had. */
export interface Part {
  seq: number;
  events: unknown[];
  damage: string | null;
}

const CACHE_LIMIT_BYTES = 48 * 1024 * 1024;
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 400;

type FetchFrames = (url: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

const fetchFrames: FetchFrames = async (url, signal) => {
  const response = await request(url, { headers: { Accept: FRAMES_TYPE }, signal });
  if (!response.body) throw new ApiError(0, 'empty', 'The server sent no recording.');
  return response.body;
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class PartStore {
  private readonly frames = new Map<string, Frame>();
  private cachedBytes = 0;

  constructor(
    private readonly sessionId: string,
    private readonly fetcher: FetchFrames = fetchFrames,
    private readonly limitBytes = CACHE_LIMIT_BYTES,
    private readonly retryDelayMs = RETRY_DELAY_MS,
  ) {}

  /**
   * The listed parts, in order. One that is missing or unreadable comes as damage, not as an error;
   * throws ApiError when the server cannot be reached after a few attempts, and AbortError.
   */
  async load(tab: string, seqs: number[], signal: AbortSignal): Promise<Part[]> {
    const fetched = await this.ensure(tab, seqs, signal);
    return Promise.all(seqs.map((seq) => this.decode(seq, fetched.get(seq))));
  }

  /** Fetch parts without decoding them, so that a later `load` finds them. */
  async prefetch(tab: string, seqs: number[], signal: AbortSignal): Promise<void> {
    await this.ensure(tab, seqs, signal);
  }

  /** Those of `seqs` that would have to be fetched. */
  missing(tab: string, seqs: number[]): Set<number> {
    return new Set(seqs.filter((seq) => !this.frames.has(`${tab}:${seq}`)));
  }

  private async ensure(tab: string, seqs: number[], signal: AbortSignal): Promise<Map<number, Frame>> {
    const found = new Map<number, Frame>();
    for (const seq of seqs) this.take(tab, seq, found);
    for (const range of fewRanges(missingRuns(seqs, found))) await this.fetchRange(tab, range, found, signal);
    return found;
  }

  private take(tab: string, seq: number, found: Map<number, Frame>): void {
    const key = `${tab}:${seq}`;
    const frame = this.frames.get(key);
    if (!frame) return;
    this.frames.delete(key);
    this.frames.set(key, frame); // moves it to the young end
    found.set(seq, frame);
  }

  /** An answer is bounded: ask on after its last part until the range is there. */
  private async fetchRange(tab: string, range: SeqRange, found: Map<number, Frame>, signal: AbortSignal): Promise<void> {
    let { from } = range;
    while (from <= range.to) {
      const last = await this.fetchOnce(tab, { from, to: range.to }, found, signal);
      if (last < from) return; // nothing more of this range exists
      from = last + 1;
    }
  }

  private async fetchOnce(tab: string, range: SeqRange, found: Map<number, Frame>, signal: AbortSignal): Promise<number> {
    let last = range.from - 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const stream = await this.fetcher(replayUrl(this.sessionId, tab, last + 1, range.to), signal);
        for await (const frame of readFrames(stream)) {
          if ((frame.header.tab ?? tab) !== tab) continue; // a segment may go on into another tab
          found.set(frame.header.seq, frame);
          this.keep(tab, frame);
          last = Math.max(last, frame.header.seq);
        }
        return last;
      } catch (error) {
        if (attempt >= ATTEMPTS || !mayPass(error)) throw error;
        await wait(this.retryDelayMs * attempt);
        if (last >= range.to) return last;
      }
    }
  }

  private keep(tab: string, frame: Frame): void {
    if (frame.header.error || frame.payload.length > this.limitBytes / 2) return;
    const key = `${tab}:${frame.header.seq}`;
    const before = this.frames.get(key);
    this.cachedBytes += frame.payload.length - (before?.payload.length ?? 0);
    this.frames.delete(key);
    this.frames.set(key, frame);
    for (const [oldest, old] of this.frames) {
      if (this.cachedBytes <= this.limitBytes) break;
      this.frames.delete(oldest);
      this.cachedBytes -= old.payload.length;
    }
  }

  private async decode(seq: number, frame: Frame | undefined): Promise<Part> {
    if (!frame) return { seq, events: [], damage: 'The server does not have this part.' };
    if (frame.header.error) return { seq, events: [], damage: frame.header.error.message };
    try {
      return { seq, events: await decodePart(frame.header.encoding ?? 'identity', frame.payload), damage: null };
    } catch (error) {
      if (error instanceof FrameError) return { seq, events: [], damage: error.message };
      throw error;
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof FrameError || (error instanceof ApiError && error.retryable);
}

/** So many requests bring what is missing, even where that means to fetch again what lies in between. */
const MOST_RANGES = 2;

/** The same with the smallest holes closed, until there are few. */
export function fewRanges(ranges: SeqRange[]): SeqRange[] {
  const result = ranges.map((range) => ({ ...range }));
  while (result.length > MOST_RANGES) {
    const holes = result.slice(1).map((range, index) => range.from - result[index]!.to);
    const smallest = holes.indexOf(Math.min(...holes));
    result[smallest]!.to = result[smallest + 1]!.to;
    result.splice(smallest + 1, 1);
  }
  return result;
}

/**
 * What of `seqs` is not in `found`, as few ranges as possible: a number that `seqs` itself leaves out does
 * not exist on the server, so a range may run across it.
 */
export function missingRuns(seqs: number[], found: ReadonlyMap<number, unknown>): SeqRange[] {
  const result: SeqRange[] = [];
  let open: SeqRange | null = null;
  for (const seq of seqs) {
    if (found.has(seq)) open = null;
    else if (open) open.to = seq;
    else result.push((open = { from: seq, to: seq }));
  }
  return result;
}
