import type { Core } from '../core';
import type { Exporter } from '../delivery/exporter';
import type { Stored } from '../delivery/item';
import { randomHex } from '../ids';

const NAME = 'otel_replay';
const STORE = 'waiting';
/** What has not been answered for so long is written down. */
const SAVE_MS = 1000;
/** A page that was left has written everything by then. */
const SETTLED_MS = 5000;
const MAX_AGE_MS = 24 * 60 * 60_000;
/** Where Web Locks are missing, what has not been touched for so long belongs to a page that is gone. */
const ABANDONED_MS = 5 * 60_000;

interface Row {
  readonly key: string;
  readonly owner: string;
  readonly atMs: number;
  readonly item: Stored;
}

export interface Offline {
  forget(): void;
  stop(): void;
}

/**
 * Keeps on the device what has not been answered yet, so that it outlives the page, and sends what pages before left behind.
 *
 * A page holds a lock while it lives; rows whose lock is gone are taken over. Should two pages ever send the same row, no harm
 * is done: chunks are numbered and events have ids.
 */
export function createOffline({ exporter, drops, warnings, settings }: Pick<Core, 'drops' | 'warnings' | 'settings'> & { readonly exporter: Exporter }): Offline {
  const owner = randomHex(8);
  const saved = new Map<string, number>();
  let database: Promise<IDBDatabase> | undefined;
  let release: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fail = (error: unknown): void => warnings.warn('device_storage', `what waits cannot be kept on the device: ${String(error)}`);

  const open = (): Promise<IDBDatabase> => {
    database ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error(String(request.error)));
    });
    return database;
  };

  const transact = async (work: (store: IDBObjectStore) => void, only = false): Promise<void> => {
    const db = await open();
    await new Promise<void>((resolve, reject) => {
      const transaction = db.transaction(STORE, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(new Error(String(transaction.error)));
      work(transaction.objectStore(STORE));
      // What a page that is going away does not commit is taken back.
      if (only) transaction.commit?.();
    });
  };

  /** Makes the device hold what is outstanding, and nothing else of this page. */
  const save = async (leaving = false): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const items = exporter.outstanding();
    const current = new Set(items.map(({ key }) => key));
    const settled = [...saved.keys()].filter((key) => !current.has(key));
    let room = settings.offlineBytes - sum([...saved].filter(([key]) => current.has(key)).map(([, size]) => size));
    const added = items.filter((item) => !saved.has(item.key) && (leaving || exporter.keepsEarly(item)) && (room -= item.size) >= 0);
    if (room < 0) drops.add('device_full');
    if (settled.length + added.length === 0) return;
    settled.forEach((key) => saved.delete(key));
    added.forEach(({ key, size }) => saved.set(key, size));
    await transact((store) => {
      settled.forEach((key) => store.delete(key));
      added.forEach((item) => store.put({ key: item.key, owner, atMs: Date.now(), item: item.stored() } satisfies Row));
    }, true);
  };

  const saveSoon = (): void => {
    timer ??= setTimeout(() => void save().catch(fail), SAVE_MS);
  };

  /** Takes over what pages that are gone have left; at every moment the device has it as somebody's. */
  const recover = async (): Promise<void> => {
    const alive = await livingOwners();
    const rows: Row[] = [];
    await transact((store) => {
      store.openCursor().onsuccess = ({ target }) => {
        const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result;
        if (!cursor) return;
        const row = cursor.value as Row;
        if (isAbandoned(row, alive)) {
          if (row.atMs > Date.now() - MAX_AGE_MS) {
            rows.push(row);
            cursor.update({ ...row, owner });
          } else {
            drops.add('device_expired');
            cursor.delete();
          }
        }
        cursor.continue();
      };
    });
    exporter.restore(rows).forEach(({ key, size }) => saved.set(key, size));
  };

  const isAbandoned = ({ owner: other, atMs }: Row, alive: ReadonlySet<string> | undefined): boolean => {
    if (other === owner) return false;
    return alive ? !alive.has(lockName(other)) : atMs < Date.now() - ABANDONED_MS;
  };

  /** The lock goes with the page, and while it is in the back/forward cache, which pages with locks may not enter. */
  const hold = (): void => {
    void navigator.locks?.request(lockName(owner), () => new Promise<void>((resolve) => (release = resolve))).catch(fail);
  };
  const onHide = (): void => {
    void save(true).catch(fail);
    release?.();
  };
  const onShow = (event: PageTransitionEvent): void => {
    if (event.persisted) hold();
  };
  window.addEventListener('pagehide', onHide);
  window.addEventListener('pageshow', onShow);
  exporter.onChange = saveSoon;
  hold();
  // A page that is going away has no time left to open it.
  void open().catch(fail);
  // Not at once: the page before this one may still be writing, and one that is left soon has enough to send of its own.
  setTimeout(() => void recover().catch(fail), SETTLED_MS);
  saveSoon();
  return {
    forget: () => void transact((store) => store.clear()).catch(fail),
    stop: () => {
      clearTimeout(timer);
      exporter.onChange = undefined;
      window.removeEventListener('pagehide', onHide);
      window.removeEventListener('pageshow', onShow);
      release?.();
      void database?.then((db) => db.close(), fail);
    },
  };
}

function lockName(owner: string): string {
  return `otel_replay.page.${owner}`;
}

async function livingOwners(): Promise<ReadonlySet<string> | undefined> {
  const held = (await navigator.locks?.query())?.held;
  return held && new Set(held.map(({ name }) => name ?? ''));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
