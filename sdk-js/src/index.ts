/** otel-replay: what people see and do in the browser, as OpenTelemetry logs and spans. */
import { active, forward } from './api';

export { init, type Handle } from './api';
export type { Outgoing } from './before-send';
export type { User } from './emitter';
export type { OriginPattern } from './network/propagation';
export type { ClickRules, NetworkCapture, Options, Pattern, Triggers } from './options';
export type { Attributes, AttributeValue } from './otlp/model';
export type { PrivacyMode } from './privacy/privacy';
export type { ReplayOptions } from './late/rrweb';
export type { ConsoleLevel } from './signals/console';
export { VERSION } from './version';

/** See `Handle.identify`. */
export const identify = /* @__PURE__ */ forward('identify');
/** See `Handle.setAttributes`. */
export const setAttributes = /* @__PURE__ */ forward('setAttributes');
/** See `Handle.track`. */
export const track = /* @__PURE__ */ forward('track');
/** See `Handle.recordException`. */
export const recordException = /* @__PURE__ */ forward('recordException');
/** See `Handle.recordState`. */
export const recordState = /* @__PURE__ */ forward('recordState');
/** See `Handle.addNote`. */
export const addNote = /* @__PURE__ */ forward('addNote');
/** See `Handle.getSessionId`. */
export const getSessionId = /* @__PURE__ */ forward('getSessionId', true);
/** See `Handle.getSessionUrl`. */
export const getSessionUrl = /* @__PURE__ */ forward('getSessionUrl', true);
/** See `Handle.consent`. */
export const consent = /* @__PURE__ */ forward('consent');
/** See `Handle.start`. */
export const start = /* @__PURE__ */ forward('start');
/** See `Handle.stop`. */
export const stop = /* @__PURE__ */ forward('stop');
/** See `Handle.pause`. */
export const pause = /* @__PURE__ */ forward('pause');
/** See `Handle.resume`. */
export const resume = /* @__PURE__ */ forward('resume');
/** See `Handle.trigger`. */
export const trigger = /* @__PURE__ */ forward('trigger');
/** See `Handle.flush`. */
export const flush = async (): Promise<void> => active()?.flush();
/** See `Handle.shutdown`. */
export const shutdown = async (): Promise<void> => active()?.shutdown();
