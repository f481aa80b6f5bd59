/** A run of consecutive rrweb events of one tab, before compression. */
export interface ChunkDraft {
  readonly sessionId: string;
  readonly tab: string;
  readonly seq: number;
  /** First and last rrweb timestamp, ms since the epoch, the browser's clock. */
  readonly startMs: number;
  readonly endMs: number;
  readonly events: number;
  /** Begins with rrweb Meta and FullSnapshot: playback can start here. */
  readonly checkpoint: boolean;
  /** The page goes away with this chunk. */
  readonly final: boolean;
  /** The events as a JSON array. */
  readonly json: string;
}
