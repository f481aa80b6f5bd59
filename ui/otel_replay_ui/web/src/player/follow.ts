/** Which of a session's tabs did the user look at? */

import type { Manifest, SessionEvent, TabManifest } from '../lib/types';

/** From `at` on, the user was in `tab`. */
export interface Focus {
  at: number;
  tab: string;
}

const USER_KINDS: ReadonlySet<string> = new Set(['click', 'navigation']);

/**
 * The moments at which the user turned to a tab, ascending: a tab begins, something is clicked or
 * navigated in it, or the tab in front ends while another is still open. Background tabs go on
 * recording what their page does by itself, so mere data does not count.
 */
export function focusChanges(manifest: Manifest, events: SessionEvent[]): Focus[] {
  const playable = manifest.tabs.filter((tab) => tab.chunks.checkpoint.length > 0);
  const known = new Set(playable.map((tab) => tab.id));
  const signals: Focus[] = [
    ...playable.map((tab) => ({ at: tab.start_offset_ms, tab: tab.id })),
    ...events
      .filter((event) => USER_KINDS.has(event.kind) && known.has(event.tab))
      .map((event) => ({ at: event.offset_ms, tab: event.tab })),
  ].sort((a, b) => a.at - b.at);
  return compact(withReturns(signals, playable));
}

/** When the front tab is over and nobody turns to another, the one last looked at comes back. */
function withReturns(signals: Focus[], tabs: TabManifest[]): Focus[] {
  const result: Focus[] = [];
  const lastSeen = new Map<string, number>();
  signals.forEach((signal, index) => {
    result.push(signal);
    lastSeen.set(signal.tab, index);
    const ended = tabs.find((tab) => tab.id === signal.tab && tab.final);
    const next = signals[index + 1];
    if (!ended || (next && next.at <= ended.end_offset_ms)) return;
    const open = stillOpen(tabs, ended, lastSeen);
    if (open) result.push({ at: ended.end_offset_ms, tab: open });
  });
  return result;
}

function stillOpen(tabs: TabManifest[], ended: TabManifest, lastSeen: Map<string, number>): string | null {
  const candidates = tabs.filter(
    (tab) => tab.id !== ended.id && lastSeen.has(tab.id) && tab.end_offset_ms > ended.end_offset_ms,
  );
  candidates.sort((a, b) => lastSeen.get(b.id)! - lastSeen.get(a.id)!);
  return candidates[0]?.id ?? null;
}

function compact(changes: Focus[]): Focus[] {
  return changes.filter((change, index) => change.tab !== changes[index - 1]?.tab);
}

/** The tab in front at `t`; before the first change, the first one. */
export function tabAt(changes: Focus[], t: number): string | null {
  let current = changes[0]?.tab ?? null;
  for (const change of changes) {
    if (change.at > t) break;
    current = change.tab;
  }
  return current;
}

/** The next change after `t`, if there is one. */
export function nextChange(changes: Focus[], t: number): Focus | null {
  return changes.find((change) => change.at > t) ?? null;
}
