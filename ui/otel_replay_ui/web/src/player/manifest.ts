/**
 * Questions about what exists of a recording. Pure: everything is read off the manifest's columns.
 * Within a tab, order is the sequence number; times only say what a chunk covers.
 */

import type { ChunkColumns, Gap, Manifest, TabManifest } from '../lib/types';

/** Inclusive sequence numbers of one tab. */
export interface SeqRange {
  from: number;
  to: number;
}

export interface SeekPlan extends SeqRange {
  /** Where playback starts; equals `from`. */
  checkpoint: number;
}

const startsAt = (chunks: ChunkColumns, index: number): number => chunks.start[index] ?? 0;

/** Index in the columns of a sequence number, or -1. */
export function indexOfSeq(chunks: ChunkColumns, seq: number): number {
  let low = 0;
  let high = chunks.seq.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = chunks.seq[middle]!;
    if (found === seq) return middle;
    if (found < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Start of a chunk in ms from the session's start, or null when the manifest does not list it. */
export function chunkStart(tab: TabManifest, seq: number): number | null {
  const index = indexOfSeq(tab.chunks, seq);
  return index < 0 ? null : startsAt(tab.chunks, index);
}

/** The last checkpoint that starts at or before `t`; the first one when `t` is before them all. */
export function checkpointAt(tab: TabManifest, t: number, unusable: ReadonlySet<number> = new Set()): number | null {
  const usable = tab.chunks.checkpoint.filter((seq) => !unusable.has(seq));
  const before = usable.filter((seq) => (chunkStart(tab, seq) ?? Infinity) <= t);
  return before.at(-1) ?? usable[0] ?? null;
}

/** The next place after `seq` where playback can start again. */
export function nextCheckpoint(tab: TabManifest, seq: number, unusable: ReadonlySet<number> = new Set()): number | null {
  return tab.chunks.checkpoint.find((candidate) => candidate > seq && !unusable.has(candidate)) ?? null;
}

/** What has to be there to show the picture at `t`; null when nothing of this tab can be shown. */
export function planSeek(tab: TabManifest, t: number, unusable: ReadonlySet<number> = new Set()): SeekPlan | null {
  const checkpoint = checkpointAt(tab, t, unusable);
  if (checkpoint === null) return null;
  return { checkpoint, from: checkpoint, to: lastSeqStartedBy(tab, checkpoint, t) };
}

/** The last chunk from `checkpoint` on that has started by `t`. */
function lastSeqStartedBy(tab: TabManifest, checkpoint: number, t: number): number {
  const { seq } = tab.chunks;
  let last = checkpoint;
  for (let index = indexOfSeq(tab.chunks, checkpoint); index < seq.length; index += 1) {
    if (startsAt(tab.chunks, index) > t) break;
    last = seq[index]!;
  }
  return last;
}

/**
 * The chunks to fetch after `seq` so that playback can go on until `until`: all that start by then,
 * and at least one, but no more than `maxBytes` as stored and `maxSize` as JSON (again: at least one).
 */
export function planAhead(
  tab: TabManifest,
  seq: number,
  until: number,
  maxBytes: number,
  maxSize = Infinity,
): SeqRange | null {
  const { chunks } = tab;
  const first = chunks.seq.findIndex((candidate) => candidate > seq);
  if (first < 0) return null;
  let last = first;
  let bytes = chunks.bytes[first] ?? 0;
  let size = chunks.size[first] ?? 0;
  while (last + 1 < chunks.seq.length && startsAt(chunks, last + 1) <= until) {
    bytes += chunks.bytes[last + 1] ?? 0;
    size += chunks.size[last + 1] ?? 0;
    if (bytes > maxBytes || size > maxSize) break;
    last += 1;
  }
  return { from: chunks.seq[first]!, to: chunks.seq[last]! };
}

/** The sequence numbers in a range that the manifest lists. */
export function seqsIn(tab: TabManifest, range: SeqRange): number[] {
  return tab.chunks.seq.filter((seq) => seq >= range.from && seq <= range.to);
}

/** Start of the first listed chunk after `seq`; Infinity when there is none. */
export function nextChunkStart(tab: TabManifest, seq: number): number {
  const index = tab.chunks.seq.findIndex((candidate) => candidate > seq);
  return index < 0 ? Infinity : startsAt(tab.chunks, index);
}

/** `t` itself where some tab has recorded something then, else the next moment at which one has; Infinity after the last. */
export function nextRecorded(manifest: Manifest, t: number): number {
  const moments = manifest.tabs.map(({ chunks }) => {
    const index = chunks.end.findIndex((end) => end > t);
    return index < 0 ? Infinity : Math.max(t, startsAt(chunks, index));
  });
  return Math.min(Infinity, ...moments);
}

/** Bytes as rrweb JSON of the chunks in a range. */
export function sizeOf(tab: TabManifest, range: SeqRange): number {
  let total = 0;
  tab.chunks.seq.forEach((seq, index) => {
    if (seq >= range.from && seq <= range.to) total += tab.chunks.size[index] ?? 0;
  });
  return total;
}

export function hasPlayback(manifest: Manifest): boolean {
  return manifest.tabs.some((tab) => tab.chunks.checkpoint.length > 0);
}

export function tabById(manifest: Manifest, id: string): TabManifest | undefined {
  return manifest.tabs.find((tab) => tab.id === id);
}

export function sessionDuration(manifest: Manifest): number {
  const ends = manifest.tabs.map((tab) => tab.end_offset_ms);
  return Math.max(0, manifest.end_ms - manifest.start_ms, ...ends);
}

export interface TabGap extends Gap {
  tab: string;
}

/** Every hole that the server knows of, with the tab it is in. */
export function allGaps(manifest: Manifest): TabGap[] {
  return manifest.tabs.flatMap((tab) => tab.gaps.map((gap) => ({ ...gap, tab: tab.id })));
}

export interface Stretch {
  from: number;
  to: number;
}

/** Stretches longer than `minMs` in which no page of the session was open. */
export function unrecorded(manifest: Manifest, minMs: number): Stretch[] {
  const tabs = [...manifest.tabs].sort((a, b) => a.start_offset_ms - b.start_offset_ms);
  const result: Stretch[] = [];
  let covered = 0;
  for (const tab of tabs) {
    if (tab.start_offset_ms - covered > minMs) result.push({ from: covered, to: tab.start_offset_ms });
    covered = Math.max(covered, tab.end_offset_ms);
  }
  return result;
}
