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
 * navigated in it, or it records while the tab in front is over. Background tabs go on
 * recording what their page does by itself, so mere data does not count otherwise.
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

/**
 * When the front tab is over and the user does nothing that tells where they went, it is the next tab that
 * records something. Its mere end proves nothing: a page that is only looked at records nothing either.
 */
function withReturns(signals: Focus[], tabs: TabManifest[]): Focus[] {
  const result: Focus[] = [];
  signals.forEach((signal, index) => {
    result.push(signal);
    const ended = tabs.find((tab) => tab.id === signal.tab && tab.final);
    const next = ended && firstSignOfLife(tabs, ended);
    if (next && next.at < (signals[index + 1]?.at ?? Infinity)) result.push(next);
  });
  return result;
}

function firstSignOfLife(tabs: TabManifest[], ended: TabManifest): Focus | null {
  const signs = tabs
    .filter((tab) => tab.id !== ended.id)
    .map((tab) => ({ tab: tab.id, at: tab.chunks.start.find((start) => start > ended.end_offset_ms) ?? Infinity }));
  const first = signs.sort((a, b) => a.at - b.at)[0];
  return first && Number.isFinite(first.at) ? first : null;
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
