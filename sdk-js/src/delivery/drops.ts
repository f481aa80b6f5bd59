/** What was left out, counted by reason, so that the receiver's side can tell a quiet page from a lossy one. */
export interface Drops {
  add(reason: string, count?: number): void;
  /** Counts since the last call; undefined when there are none. */
  take(): Record<string, number> | undefined;
}

export function createDrops(onFirst: () => void): Drops {
  let counts: Record<string, number> = {};
  let waiting = false;
  return {
    add: (reason, count = 1) => {
      counts[reason] = (counts[reason] ?? 0) + count;
      if (waiting) return;
      waiting = true;
      onFirst();
    },
    take: () => {
      const taken = counts;
      counts = {};
      waiting = false;
      return Object.keys(taken).length > 0 ? taken : undefined;
    },
  };
}
