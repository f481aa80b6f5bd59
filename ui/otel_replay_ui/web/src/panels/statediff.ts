/** What state management reports, as the browser SDK tells it: only what changed, by path. Earlier reports say what it was before. */

import type { SessionEvent } from '../lib/types';

/** By path; null: it is gone. */
export type Changes = ReadonlyMap<string, string | null>;

export interface Report {
  changes: Changes;
  /** There were more than could be sent. */
  cut: boolean;
}

export type Diff = { path: string; kind: 'added' | 'changed' | 'gone'; before: string | null; after: string | null };

const CHANGES = 'browser.state.changes';
const PAIR = /"((?:[^"\\]|\\.)*)":(null|"(?:[^"\\]|\\.)*")/g;

const known = new WeakMap<SessionEvent, Report>();

export function reportOf(event: SessionEvent): Report {
  let report = known.get(event);
  if (!report) known.set(event, (report = parse(event.attributes[CHANGES] ?? '')));
  return report;
}

/** JSON, or the beginning of some: an attribute has a limit, and what is whole before it still counts. */
function parse(text: string): Report {
  try {
    const parsed: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { changes: new Map(Object.entries(parsed).map(([path, value]) => [path, shown(value)])), cut: false };
  } catch {
    // Read on below.
  }
  const changes = new Map<string, string | null>();
  for (const [, path, value] of text.matchAll(PAIR)) changes.set(unescape(path!), value === 'null' ? null : unescape(value!.slice(1, -1)));
  return { changes, cut: true };
}

function shown(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unescape(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

/** Reports of one state of one page: a new page begins anew. */
function sameState(a: SessionEvent, b: SessionEvent): boolean {
  return a.tab === b.tab && nameOf(a) === nameOf(b);
}

export function nameOf(event: SessionEvent): string {
  return event.attributes['browser.state.name'] ?? '';
}

/** All leaves of a state before `event`, or with it, by path. `events` are reports by time. */
export function stateAt(events: readonly SessionEvent[], event: SessionEvent, included: boolean): Map<string, string> {
  const state = new Map<string, string>();
  for (const each of events) {
    if (each === event && !included) break;
    if (sameState(each, event)) apply(state, reportOf(each).changes);
    if (each === event) break;
  }
  return state;
}

function apply(state: Map<string, string>, changes: Changes): void {
  for (const [path, value] of changes) {
    if (value === null) state.delete(path);
    else state.set(path, value);
  }
}

/** What the report changed, each path with what it was before. */
export function diffOf(events: readonly SessionEvent[], event: SessionEvent): Diff[] {
  const before = stateAt(events, event, false);
  return [...reportOf(event).changes].map(([path, after]) => {
    const was = before.get(path) ?? null;
    return { path, before: was, after, kind: after === null ? 'gone' : was === null ? 'added' : 'changed' };
  });
}
