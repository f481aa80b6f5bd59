import type { record } from '@rrweb/record';
import type { eventWithTime } from '@rrweb/types';

/** rrweb's event types that matter here; its own enum is not imported, to keep the bundle free of it. */
export const FULL_SNAPSHOT = 2;
export const INCREMENTAL = 3;
export const META = 4;
export const CUSTOM = 5;

export type Record = typeof record;
/** Which node has which id. */
export type Mirror = Pick<Record['mirror'], 'getNode' | 'getId'>;
export type RecordOptions = NonNullable<Parameters<Record>[0]>;
/** What a page may set of rrweb's options; `emit` and the checkpoint clocks belong to the SDK. */
export type ReplayOptions = Omit<RecordOptions, 'emit' | 'checkoutEveryNms' | 'checkoutEveryNth' | 'packFn'>;

/** The custom event with which a recording ends when its page goes away. */
export function pageHideEvent(nowMs: number): eventWithTime {
  return { type: CUSTOM, data: { tag: 'page.hide', payload: {} }, timestamp: nowMs } as eventWithTime;
}
