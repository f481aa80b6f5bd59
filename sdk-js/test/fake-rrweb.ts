import type { eventWithTime } from '@rrweb/types';

import type { RecordOptions } from '../src/late/rrweb';

/** Stands in for rrweb's `record`: emits a checkpoint when started or asked, and what a test has happen. */
export class FakeRrweb {
  options: RecordOptions | undefined;
  stopped = false;
  snapshotSize = 20;
  private changes = 0;

  readonly record = Object.assign(
    (options: RecordOptions) => {
      this.options = options;
      this.checkpoint();
      return () => (this.stopped = true);
    },
    { takeFullSnapshot: () => this.checkpoint() },
  );

  /** Emits one numbered change of the page. */
  change(size = 10): number {
    const text = `change-${this.changes}-${'x'.repeat(size)}`;
    this.emit(3, { source: 0, texts: [{ id: 1, value: text }] });
    return this.changes++;
  }

  private checkpoint(): void {
    this.emit(4, { href: location.href, width: 800, height: 600 });
    this.emit(2, { node: { id: 1, html: 'n'.repeat(this.snapshotSize) }, initialOffset: { left: 0, top: 0 } });
  }

  private emit(type: number, data: object): void {
    this.options?.emit?.({ type, data, timestamp: Date.now() } as unknown as eventWithTime);
  }
}
