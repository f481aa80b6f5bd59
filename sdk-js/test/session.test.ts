import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { IDLE_MS, MAX_AGE_MS, SessionManager, type SessionChange } from '../src/session/session';
import { browserSessionStore, parseSession, type SessionStore, type StoredSession } from '../src/session/store';

const MINUTE = 60_000;
const START = Date.parse('2026-01-05T10:00:00Z');

/** localStorage as several tabs see it; `deliver` lets the storage events of the others through. */
class SharedStorage {
  value: StoredSession | undefined;
  private readonly listeners = new Map<object, () => void>();

  tab(): SessionStore {
    const self = {};
    return {
      read: () => this.value,
      write: (session) => {
        this.value = session;
        this.listeners.forEach((listener, owner) => owner !== self && queueMicrotask(listener));
      },
      onForeignWrite: (listener) => {
        this.listeners.set(self, listener);
        return () => this.listeners.delete(self);
      },
    };
  }
}

function openTab(storage: SharedStorage) {
  const changes: SessionChange[] = [];
  const manager = new SessionManager(storage.tab(), (change) => changes.push(change));
  return { manager, changes, started: () => changes.filter((change) => change.kind === 'started') };
}

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

test('the first activity makes a session of 32 hex digits without a previous one', () => {
  const { manager, changes } = openTab(new SharedStorage());
  manager.activity();
  expect(manager.current()?.id).toMatch(/^[0-9a-f]{32}$/);
  expect(changes).toEqual([{ kind: 'started', created: true, session: manager.current() }]);
  expect(manager.current()).not.toHaveProperty('previous');
});

test('input keeps the session alive, time alone does not', () => {
  const { manager, changes } = openTab(new SharedStorage());
  manager.activity();
  const id = manager.current()?.id;
  for (let i = 0; i < 6; i++) {
    vi.advanceTimersByTime(14 * MINUTE);
    manager.activity();
  }
  expect(manager.current()?.id).toBe(id);
  vi.advanceTimersByTime(IDLE_MS + 10);
  expect(manager.current()).toBeUndefined();
  expect(changes.map(({ kind }) => kind)).toEqual(['started', 'expired']);
});

test('the next activity after expiry begins a session that names the one before and its end', () => {
  const { manager, started } = openTab(new SharedStorage());
  manager.activity();
  const first = manager.current()?.id;
  vi.advanceTimersByTime(60 * MINUTE);
  manager.activity();
  expect(manager.current()?.previous).toBe(first);
  expect(started()[1]).toMatchObject({ created: true, ended: { id: first, atMs: START + IDLE_MS } });
});

test('a session lasts four hours at most, however busy', () => {
  const { manager } = openTab(new SharedStorage());
  manager.activity();
  const first = manager.current()?.id;
  for (let passed = 0; passed < MAX_AGE_MS; passed += 10 * MINUTE) {
    expect(manager.current()?.id).toBe(first);
    vi.advanceTimersByTime(10 * MINUTE);
    manager.activity();
  }
  expect(manager.current()?.id).not.toBe(first);
});

test('tabs share one session, and activity in one keeps it alive in the other', async () => {
  const storage = new SharedStorage();
  const [one, two] = [openTab(storage), openTab(storage)];
  one.manager.activity();
  two.manager.activity();
  expect(two.manager.current()?.id).toBe(one.manager.current()?.id);
  expect(two.started()[0]).toMatchObject({ created: false });
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    two.manager.activity();
  }
  expect(one.manager.current()?.id).toBe(two.manager.current()?.id);
  expect(one.changes).toHaveLength(1);
});

test('an idle tab stays paused when another one begins a new session, until somebody comes back to it', async () => {
  const storage = new SharedStorage();
  const [idle, busy] = [openTab(storage), openTab(storage)];
  idle.manager.activity();
  busy.manager.activity();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  busy.manager.activity();
  await vi.advanceTimersByTimeAsync(0);
  expect(idle.manager.current()).toBeUndefined();
  idle.manager.activity();
  expect(idle.manager.current()?.id).toBe(busy.manager.current()?.id);
  expect(idle.started().filter(({ created }) => created)).toHaveLength(1);
});

test('two tabs that begin in the same instant end up in one session, and the orphan is ended', async () => {
  const storage = new SharedStorage();
  const [one, two] = [openTab(storage), openTab(storage)];
  one.manager.activity();
  const lost = one.manager.current()?.id;
  storage.value = undefined;
  two.manager.activity();
  await vi.advanceTimersByTimeAsync(0);
  expect(one.manager.current()?.id).toBe(two.manager.current()?.id);
  expect(one.started()[1]).toMatchObject({ created: false, ended: { id: lost } });
});

test('writing activity does not overwrite a session that another tab has begun', () => {
  const storage = new SharedStorage();
  const { manager } = openTab(storage);
  manager.activity();
  const foreign: StoredSession = { id: 'f'.repeat(32), start: START, last: START };
  storage.value = foreign;
  vi.advanceTimersByTime(2000);
  manager.activity();
  expect(manager.current()?.id).toBe(foreign.id);
  expect(storage.value?.id).toBe(foreign.id);
});

test('a page that nobody sees joins a running session but begins none', () => {
  const storage = new SharedStorage();
  const hidden = openTab(storage);
  hidden.manager.join();
  expect(hidden.changes).toEqual([]);
  openTab(storage).manager.activity();
  const second = openTab(storage);
  second.manager.join();
  expect(second.manager.current()?.id).toBe(storage.value?.id);
});

test('a session from the future, left by a clock set back, is not continued', () => {
  const storage = new SharedStorage();
  storage.value = { id: 'a'.repeat(32), start: START + 60 * MINUTE, last: START + 60 * MINUTE };
  const { manager } = openTab(storage);
  manager.activity();
  expect(manager.current()?.id).not.toBe('a'.repeat(32));
});

test('the end of a session of last week is not reported any more', () => {
  const storage = new SharedStorage();
  storage.value = { id: 'a'.repeat(32), start: START - 7 * 24 * 60 * MINUTE, last: START - 7 * 24 * 60 * MINUTE };
  const { manager, started } = openTab(storage);
  manager.activity();
  expect(manager.current()?.previous).toBe('a'.repeat(32));
  expect(started()[0]).not.toHaveProperty('ended');
});

test('the store falls back to memory where localStorage is forbidden or full', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => { throw new DOMException('denied', 'SecurityError'); },
    setItem: () => { throw new DOMException('denied', 'SecurityError'); },
  });
  const store = browserSessionStore();
  expect(store.read()).toBeUndefined();
  const session = { id: 'a'.repeat(32), start: 1, last: 2 };
  store.write(session);
  expect(store.read()).toEqual(session);
});

test('the store reads what another tab wrote and listens to it', () => {
  localStorage.clear();
  const store = browserSessionStore();
  const listener = vi.fn();
  const stop = store.onForeignWrite(listener);
  const session = { id: 'b'.repeat(32), start: 1, last: 2, previous: 'c'.repeat(32) };
  localStorage.setItem('otel_replay.session', JSON.stringify(session));
  window.dispatchEvent(new StorageEvent('storage', { key: 'otel_replay.session' }));
  window.dispatchEvent(new StorageEvent('storage', { key: 'cart' }));
  expect(listener).toHaveBeenCalledTimes(1);
  expect(store.read()).toEqual(session);
  stop();
});

test.each(['', 'null', '[]', '{"id":"x"}', '{"id":"<script>","start":1,"last":1}', `{"id":"${'a'.repeat(32)}","start":"1","last":2}`])(
  'what is no session is not taken for one: %s',
  (text) => expect(parseSession(text)).toBeUndefined(),
);
