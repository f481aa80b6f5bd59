/** What loads after the page has begun: delivery, the recorder, and the signals that need nothing from before. */
import { record } from '@rrweb/record';

import type { Core, Sink } from './core';
import { createCompressor } from './delivery/compress';
import { Exporter } from './delivery/exporter';
import { KeepaliveLedger } from './delivery/keepalive';
import { createTransport } from './delivery/transport';
import { watchClicks } from './late/clicks';
import { createDetails } from './late/details';
import { createOffline } from './late/offline';
import { watchPageState } from './late/page-state';
import { recorderOptions } from './late/recorder-options';
import { Replay } from './late/replay';
import { watchSockets } from './late/sockets';
import { createStates } from './late/state';
import { watchVitals } from './late/vitals';

export interface Late extends Sink {
  readonly replay: Replay | undefined;
  /** Sends what is waiting; resolves when all was answered or the receiver cannot be reached. */
  flush(): Promise<void>;
  /** Sends all there is while the page is being hidden, or `leaving`. */
  hide(leaving: boolean): void;
  retryNow(): void;
  recordState(name: string, state: unknown, action: unknown): void;
  /** Deletes what waits, here and on the device. */
  forget(): void;
  stop(): Promise<void>;
}

/** Called once, when a session runs. `script`: this file's address, when the page's origin serves it. */
export function startLate(core: Core, script?: string): Late {
  const { settings, warnings } = core;
  const undo: (() => void)[] = [];
  const ledger = new KeepaliveLedger();
  const exporter: Exporter = new Exporter({
    ...core,
    send: createTransport({ ...settings, ...core, ledger }),
    ledger,
    compressor: createCompressor(script),
    onChunkLost: ({ tab, reason, size }) => {
      exporter.discard(tab);
      replay?.fail(tab, reason, size);
    },
    onProgress: () => replay?.progress(exporter.hasRoom),
  });
  const replay = settings.recordReplay ? new Replay(record, recorderOptions(core), core, (chunk) => exporter.addChunk(chunk)) : undefined;
  const watch = (wanted: boolean, start: () => () => void): void => {
    const stop = wanted ? warnings.guard(start) : undefined;
    if (stop) undo.push(stop);
  };
  const offline = settings.offlineBytes > 0 && typeof indexedDB === 'object' ? warnings.guard(() => createOffline({ ...core, exporter })) : undefined;
  core.tracer.details = createDetails(settings.network);
  watch(settings.captureEvents, () => watchClicks(core));
  watch(settings.captureEvents, () => watchVitals(core));
  watch(settings.captureEvents, () => watchPageState(core));
  watch(settings.captureNetwork, () => watchSockets(core));
  return {
    replay,
    addEvent: (event) => exporter.addEvent(event),
    addSpan: (span) => exporter.addSpan(span),
    flush: () => exporter.flush(),
    hide: (leaving) => exporter.flushOnHide(leaving),
    retryNow: () => exporter.retryNow(),
    recordState: createStates(core),
    forget: () => {
      exporter.discard();
      offline?.forget();
    },
    stop: async () => {
      undo.splice(0).forEach((step) => warnings.guard(step));
      replay?.stop();
      await exporter.flush();
      exporter.stop();
      offline?.stop();
    },
  };
}
