import type { Core } from '../core';
import type { AttributeValue } from '../otlp/model';
import { isSecretName, MASK } from '../privacy/mask';
import * as names from '../semconv';
import { limit } from '../text';

const CHANGES = 100;
const DEPTH = 8;
const VALUE_LIMIT = 200;

type Flat = Map<string, string>;

/** Makes the function that reports changes of named states: what is new, changed and gone, by path; secrets masked. */
export function createStates({ emit, privacy }: Pick<Core, 'emit' | 'privacy'>): (name: string, state: unknown, action?: unknown) => void {
  const known = new Map<string, Flat>();
  const show = (path: string, value: string): string => {
    if (privacy.mode === 'open') return value;
    return isSecretName(path) ? MASK : privacy.text(value);
  };
  return (name, state, action) => {
    const before = known.get(name) ?? new Map<string, string>();
    const now = flatten(state);
    known.set(name, now);
    const changes: Record<string, AttributeValue> = {};
    now.forEach((value, path) => {
      if (before.get(path) !== value && Object.keys(changes).length < CHANGES) changes[path] = show(path, value);
    });
    before.forEach((_, path) => {
      if (!now.has(path) && Object.keys(changes).length < CHANGES) changes[path] = null;
    });
    const attributes = { 'browser.state.name': name, 'browser.state.action': actionName(action), 'browser.state.changes': JSON.stringify(changes) };
    emit(names.STATE_EVENT, { attributes });
  };
}

/** Leaves of a value by their path; stops where it gets too deep, and at what is no plain data. */
function flatten(value: unknown): Flat {
  const leaves: Flat = new Map();
  const seen = new Set<unknown>();
  const walk = (item: unknown, path: string, depth: number): void => {
    if (leaves.size > 5000) return;
    if (typeof item !== 'object' || item === null) return void leaves.set(path, limit(String(item), VALUE_LIMIT));
    if (seen.has(item) || depth > DEPTH) return void leaves.set(path, '…');
    seen.add(item);
    for (const [key, inner] of Object.entries(item)) walk(inner, path === '' ? key : `${path}.${key}`, depth + 1);
    seen.delete(item);
  };
  walk(value, '', 0);
  return leaves;
}

/** Redux actions have a type; others are named by themselves. */
function actionName(action: unknown): string | undefined {
  if (action === undefined || action === null) return undefined;
  const { type } = action as { type?: unknown };
  return limit(String(type ?? action), VALUE_LIMIT);
}
