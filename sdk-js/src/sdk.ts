import { createFilter, type Filter } from './before-send';
import { isSampled, refusal } from './control';
import type { Core, Sink } from './core';
import { createDrops } from './delivery/drops';
import { createEmitter, redact, type Emit, type Identity, type User } from './emitter';
import { Gate } from './gate';
import { randomHex } from './ids';
import type { Late } from './late';
import type { DropReason } from './late/replay';
import { watchPage, whenActivated } from './lifecycle';
import { loadLate } from './load';
import { watchFetch } from './network/fetch';
import type { Wrapped } from './network/propagation';
import { Tracer } from './network/tracer';
import { watchXhr } from './network/xhr';
import { matches, type Settings } from './options';
import type { Attributes, LogRecord } from './otlp/model';
import { createPrivacy, type Privacy } from './privacy/privacy';
import * as names from './semconv';
import { watchActivity } from './session/activity';
import { SessionManager, type SessionChange } from './session/session';
import { browserSessionStore } from './session/store';
import { watchConsole } from './signals/console';
import { watchErrors, type ErrorSignal } from './signals/errors';
import { watchNavigation, type NavigationSignal } from './signals/navigation';
import { Waiting } from './waiting';
import type { Warnings } from './warnings';

/** The drops of so long are reported together. */
const DROPS_MS = 5000;
const RELOAD_MS = 30_000;

/** Wires session, recording, signals and delivery together; one per page. */
export class Sdk {
  private tab = randomHex(8);
  private user: User = {};
  private common: Attributes = {};
  private readonly session: SessionManager;
  private readonly tracer: Tracer;
  private readonly privacy: Privacy;
  private readonly filter: Filter;
  private readonly emit: Emit;
  private readonly gate: Gate;
  private readonly drops = createDrops(() => setTimeout(() => this.reportDrops(), DROPS_MS));
  private readonly waiting = new Waiting(this.drops);
  /** Not OpenTelemetry's, which would trace what we send. */
  private readonly fetch = ((window.fetch as Wrapped | undefined)?.__original ?? window.fetch) as typeof fetch;
  private readonly ownRequests = new WeakSet<object>();
  private late: Late | undefined;
  private lateLoading: Promise<void> | undefined;
  private whenLate: ((late: Late) => void)[] = [];
  private errors: ErrorSignal | undefined;
  private navigation: NavigationSignal | undefined;
  private readonly undo: (() => void)[] = [];
  private consented: boolean;
  private wanted: boolean;
  private activated = false;
  private paused = false;

  constructor(
    private readonly settings: Settings,
    private readonly resource: Attributes,
    private readonly warnings: Warnings,
    private readonly earlyErrors: readonly Event[],
  ) {
    const { drops } = this;
    this.consented = !settings.requireConsent;
    this.wanted = settings.autoStart;
    this.gate = new Gate(!settings.onError);
    this.privacy = createPrivacy(settings.privacy);
    this.filter = createFilter(settings.beforeSend, warnings, drops);
    const identity: Identity = { sessionId: () => this.sessionId(), tab: () => this.tab, user: () => this.user, common: () => this.common };
    this.emit = createEmitter(identity, this.privacy, (record) => this.onRecord(record));
    this.tracer = new Tracer(settings, this.privacy, identity, (span) => {
      const kept = this.filter.span(span);
      if (kept) this.gate.push(() => this.sink.addSpan(kept));
    });
    this.session = new SessionManager(
      browserSessionStore(),
      (change) => warnings.guard(() => this.onSession(change)),
      () => settings.sessionProvider?.getSessionId() ?? undefined,
    );
  }

  /** Begins when all conditions are met, unless the page is prerendered; then when somebody sees it. */
  begin(): void {
    const refused = refusal(this.settings);
    if (refused !== undefined) this.warnings.warn(refused, `this visitor is not recorded (${refused}), as the options ask.`);
    else if (!this.consented) this.warnings.warn('consent_missing', 'nothing is recorded before consent() is called.');
    else if (this.wanted && !this.activated) {
      this.activated = true;
      whenActivated(() => this.warnings.guard(() => this.activate()));
    }
  }

  consent(given: boolean): void {
    this.consented = given;
    if (given) return this.activated ? this.resume() : this.begin();
    this.pause();
    this.late?.forget();
  }

  resume(): void {
    this.wanted = true;
    if (!this.activated || !this.consented) return this.begin();
    if (!this.paused) return;
    this.paused = false;
    this.session.activity();
    this.restartReplay();
  }

  pause(): void {
    this.late?.replay?.end(false);
    this.paused = true;
  }

  /** Sends what is kept, and everything from here on. */
  trigger(): void {
    if (this.gate.opened) return;
    this.gate.open();
    this.session.keep();
    this.late?.replay?.release();
  }

  /** The recorded session's id. */
  sessionId(): string | undefined {
    const id = this.paused ? undefined : this.session.current()?.id;
    return id !== undefined && isSampled(id, this.settings.sampleRate) ? id : undefined;
  }

  sessionUrl(): string | undefined {
    const { viewerUrl } = this.settings;
    const id = this.sessionId();
    const start = this.session.current()?.start ?? 0;
    return id === undefined || viewerUrl === undefined ? undefined : `${viewerUrl.replace(/\/+$/, '')}/sessions/${id}?t=${Date.now() - start}`;
  }

  identify(user: User): void {
    this.user = { ...user };
    this.emit(names.IDENTIFY_EVENT, { attributes: {} });
  }

  setAttributes(attributes: Attributes): void {
    this.common = { ...this.common, ...redact(attributes, this.privacy) };
  }

  track(name: string, attributes: Attributes): void {
    this.emit(name, { attributes });
  }

  addNote(text: string): void {
    this.emit(names.NOTE_EVENT, { attributes: {}, body: text });
  }

  recordState(name: string, state: unknown, action: unknown): void {
    if (this.late) this.late.recordState(name, state, action);
    else if (this.whenLate.length < 50) this.whenLate.push((late) => late.recordState(name, state, action));
  }

  recordException(error: unknown, attributes: Attributes): void {
    this.errors?.record(error, attributes);
  }

  async flush(): Promise<void> {
    await this.lateLoading;
    this.tracer.flush();
    this.late?.replay?.cut();
    this.reportDrops();
    await this.late?.flush();
  }

  /** Sends what there is, gives the page its own functions back, and stops. */
  async shutdown(): Promise<void> {
    this.undo.splice(0).forEach((step) => this.warnings.guard(step));
    await this.lateLoading;
    this.session.stop();
    await this.late?.stop();
  }

  private activate(): void {
    const { warnings } = this;
    this.undo.push(watchActivity(() => warnings.guard(() => this.paused || this.session.activity())));
    this.undo.push(
      watchPage(
        {
          onHidden: () => this.onHidden(),
          onLeave: () => this.onLeave(),
          onRestored: () => this.onRestored(),
          onOnline: () => this.late?.retryNow(),
        },
        warnings,
      ),
    );
    if (document.visibilityState === 'hidden') this.session.join();
    else this.session.activity();
  }

  private onSession(change: SessionChange): void {
    if (change.kind === 'expired') {
      this.late?.replay?.end(false);
      return;
    }
    const { session, created, ended } = change;
    if (ended && isSampled(ended.id, this.settings.sampleRate)) this.emit(names.SESSION_END_EVENT, { attributes: {}, sessionId: ended.id, timeMs: ended.atMs });
    if (this.settings.onError && !session.kept) this.gate.close();
    if (this.sessionId() === undefined) {
      this.late?.replay?.end(false);
      if (!this.paused) this.warnings.warn('not_sampled', `this session is not among the recorded share (sampleRate ${this.settings.sampleRate}).`);
      return;
    }
    if (session.kept) this.gate.open();
    this.beginTab(session.id);
    if (created) {
      this.emit(names.SESSION_START_EVENT, { attributes: { [names.SESSION_PREVIOUS_ID]: session.previous }, timeMs: session.start });
    }
    this.startSignals();
  }

  /** A new recorder instance: what a session, a restored page or an earlier failure needs to be playable by itself. */
  private beginTab(sessionId: string): void {
    this.late?.replay?.end(false);
    this.tab = randomHex(8);
    if (this.late) this.late.replay?.begin(sessionId, this.tab, this.gate.opened);
    else this.lateLoading ??= this.load();
  }

  private async load(): Promise<void> {
    const { warnings } = this;
    try {
      const start = await loadLate();
      const late = start(this.core());
      this.late = late;
      this.waiting.handOver(late);
      this.whenLate.splice(0).forEach((call) => warnings.guard(() => this.late && call(this.late)));
      const sessionId = this.sessionId();
      if (sessionId !== undefined) this.late.replay?.begin(sessionId, this.tab, this.gate.opened);
    } catch (error) {
      this.drops.add('recorder_not_loaded');
      warnings.warn('recorder_not_loaded', `the recorder could not be loaded, and is tried again: ${String(error)}. Check script-src and blockers.`);
      setTimeout(() => (this.lateLoading = this.load()), RELOAD_MS);
    }
  }

  private core(): Core {
    const { settings, resource, privacy, filter, emit, warnings, drops, tracer, fetch, ownRequests } = this;
    return {
      settings, resource, privacy, filter, emit, warnings, drops, tracer, fetch, ownRequests,
      isLive: () => this.sessionId() !== undefined,
      onDropped: (tab, reason, size) => this.onDropped(tab, reason, size),
      onRestartDue: () => this.restartReplay(),
    };
  }

  private get sink(): Sink {
    return this.late ?? this.waiting;
  }

  /** Once, with the first session, so that the page load is reported in it. */
  private startSignals(): void {
    if (this.errors) return;
    const { emit, warnings, settings, tracer } = this;
    const errors = watchErrors(emit, warnings, settings.captureEvents, this.earlyErrors);
    this.errors = errors;
    this.undo.push(() => errors.stop(), watchConsole(emit, settings.consoleLevels, warnings));
    if (settings.captureEvents) {
      const navigation = watchNavigation(emit, warnings);
      this.navigation = navigation;
      this.undo.push(() => navigation.stop());
    }
    if (settings.captureNetwork) this.undo.push(watchFetch(tracer, warnings, this.ownRequests), watchXhr(tracer, warnings));
  }

  /** Everything the page reports comes by here, so this is where an error or trigger is seen. */
  private onRecord(record: LogRecord): void {
    const kept = this.filter.event(record);
    if (!kept) return;
    this.gate.push(() => this.sink.addEvent(kept));
    const { triggers } = this.settings;
    const triggered = record.eventName === names.EXCEPTION_EVENT || triggers.events?.includes(record.eventName) === true;
    if (!this.gate.opened && (triggered || matches(location.href, triggers.urls))) this.trigger();
  }

  private restartReplay(): void {
    const sessionId = this.sessionId();
    if (sessionId !== undefined) this.beginTab(sessionId);
  }

  private onDropped(tab: string, reason: DropReason, size: number): void {
    this.drops.add(`replay_${reason}`);
    this.warnings.warn(`replay_${reason}`, `recording stopped for now (${reason}, ${size} bytes); it begins again by itself.`);
    this.emit(names.DROPPED_EVENT, { attributes: { [names.REPLAY_DROPPED_REASON]: reason, [names.REPLAY_SIZE]: size }, tab });
  }

  private reportDrops(): void {
    const counts = this.sessionId() === undefined ? undefined : this.drops.take();
    if (counts) this.emit(names.DROPS_EVENT, { attributes: Object.fromEntries(Object.entries(counts).map(([reason, count]) => [`session.replay.dropped.${reason}`, count])) });
  }

  private onHidden(): void {
    this.tracer.flush();
    this.late?.replay?.cut();
    this.reportDrops();
    this.late?.hide(false);
  }

  private onLeave(): void {
    this.tracer.flush();
    if (this.sessionId() !== undefined) this.late?.replay?.end(true);
    if (this.late) this.late.hide(true);
    else this.waiting.keep();
  }

  private onRestored(): void {
    const before = this.tab;
    this.session.activity();
    if (this.tab === before) this.restartReplay();
    this.navigation?.restored();
  }
}
