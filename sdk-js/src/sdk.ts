import { Exporter, type LostChunk } from './delivery/exporter';
import { KeepaliveLedger } from './delivery/keepalive';
import { createTransport } from './delivery/transport';
import { createEmitter, type Emit, type Identity, type User } from './emitter';
import { randomHex } from './ids';
import { watchPage, whenActivated } from './lifecycle';
import { watchFetch } from './network/fetch';
import { Tracer } from './network/tracer';
import { watchXhr } from './network/xhr';
import type { Settings } from './options';
import type { Attributes } from './otlp/model';
import { Replay, type DropReason } from './replay/replay';
import type { Record } from './replay/rrweb';
import * as names from './semconv';
import { watchActivity } from './session/activity';
import { SessionManager, type SessionChange } from './session/session';
import { browserSessionStore } from './session/store';
import { watchClicks } from './signals/clicks';
import { watchConsole } from './signals/console';
import { watchErrors, type ErrorSignal } from './signals/errors';
import { watchNavigation, type NavigationSignal } from './signals/navigation';
import type { Warnings } from './warnings';

/** Wires session, recording, signals and delivery together; one per page. */
export class Sdk {
  private tab = randomHex(8);
  private user: User = {};
  private readonly session: SessionManager;
  private readonly replay: Replay | undefined;
  private readonly exporter: Exporter;
  private readonly tracer: Tracer;
  private readonly emit: Emit;
  private errors: ErrorSignal | undefined;
  private navigation: NavigationSignal | undefined;
  private readonly undo: (() => void)[] = [];

  constructor(
    private readonly settings: Settings,
    resource: Attributes,
    private readonly warnings: Warnings,
    record: Record,
  ) {
    const ledger = new KeepaliveLedger();
    const send = createTransport({ ...settings, ledger, fetch: window.fetch });
    this.exporter = new Exporter({
      resource,
      send,
      ledger,
      warnings,
      onChunkLost: (lost) => this.onChunkLost(lost),
      onProgress: () => this.replay?.progress(this.exporter.hasRoom),
    });
    const identity: Identity = { sessionId: () => this.sessionId(), tab: () => this.tab, user: () => this.user };
    this.emit = createEmitter(identity, (event) => this.exporter.addEvent(event));
    this.tracer = new Tracer(settings, identity, (span) => this.exporter.addSpan(span));
    this.replay = settings.recordReplay ? this.createReplay(record) : undefined;
    this.session = new SessionManager(browserSessionStore(), (change) => warnings.guard(() => this.onSession(change)));
  }

  /** Begins, unless the page is prerendered or nobody sees it and no session runs; then when somebody comes. */
  start(): void {
    whenActivated(() => this.warnings.guard(() => this.activate()));
  }

  sessionId(): string | undefined {
    return this.session.current()?.id;
  }

  identify(user: User): void {
    this.user = { ...user };
    this.emit(names.IDENTIFY_EVENT, { attributes: {} });
  }

  track(name: string, attributes: Attributes): void {
    this.emit(name, { attributes });
  }

  recordException(error: unknown, attributes: Attributes): void {
    this.errors?.record(error, attributes);
  }

  async flush(): Promise<void> {
    this.replay?.cut();
    await this.exporter.flush();
  }

  /** Sends what there is, gives the page its own functions back, and stops. */
  async shutdown(): Promise<void> {
    this.undo.splice(0).forEach((step) => this.warnings.guard(step));
    this.replay?.stop();
    this.session.stop();
    await this.exporter.flush();
    this.exporter.stop();
  }

  private activate(): void {
    this.undo.push(watchActivity(() => this.warnings.guard(() => this.session.activity())));
    this.undo.push(
      watchPage(
        {
          onHidden: () => this.onHidden(),
          onLeave: () => this.onLeave(),
          onRestored: () => this.onRestored(),
          onOnline: () => this.exporter.retryNow(),
        },
        this.warnings,
      ),
    );
    if (document.visibilityState === 'hidden') this.session.join();
    else this.session.activity();
  }

  private onSession(change: SessionChange): void {
    if (change.kind === 'expired') {
      this.replay?.end(false);
      return;
    }
    const { session, created, ended } = change;
    if (ended) this.emit(names.SESSION_END_EVENT, { attributes: {}, sessionId: ended.id, timeMs: ended.atMs });
    this.beginTab(session.id);
    if (created) {
      this.emit(names.SESSION_START_EVENT, { attributes: { [names.SESSION_PREVIOUS_ID]: session.previous }, timeMs: session.start });
    }
    this.startSignals();
  }

  /** A new recorder instance: what a session, a restored page or an earlier failure needs to be playable by itself. */
  private beginTab(sessionId: string): void {
    this.replay?.end(false);
    this.tab = randomHex(8);
    this.replay?.begin(sessionId, this.tab);
  }

  /** Once, with the first session, so that the page load is reported in it. */
  private startSignals(): void {
    if (this.errors) return;
    const { emit, warnings, settings, tracer } = this;
    const errors = watchErrors(emit, warnings);
    const navigation = watchNavigation(emit, warnings);
    this.errors = errors;
    this.navigation = navigation;
    this.undo.push(
      () => errors.stop(),
      () => navigation.stop(),
      watchClicks(emit, settings.hiddenSelectors, warnings),
      watchConsole(emit, settings.consoleLevels, warnings),
      watchFetch(tracer, warnings),
      watchXhr(tracer, warnings),
    );
  }

  private createReplay(record: Record): Replay {
    return new Replay(record, this.settings.rrweb, {
      onChunk: (chunk) => this.exporter.addChunk(chunk),
      onDropped: (tab, reason, size) => this.onDropped(tab, reason, size),
      onRestartDue: () => this.restartReplay(),
      isLive: () => this.sessionId() !== undefined,
      onWarning: (reason, message) => this.warnings.warn(reason, message),
    });
  }

  private restartReplay(): void {
    const sessionId = this.sessionId();
    if (sessionId !== undefined) this.beginTab(sessionId);
  }

  private onChunkLost({ tab, reason, size }: LostChunk): void {
    this.exporter.discardTab(tab);
    this.replay?.fail(tab, reason, size);
  }

  private onDropped(tab: string, reason: DropReason, size: number): void {
    this.warnings.warn(`replay_${reason}`, `recording stopped for now (${reason}, ${size} bytes); it begins again by itself.`);
    this.emit(names.DROPPED_EVENT, { attributes: { [names.REPLAY_DROPPED_REASON]: reason, [names.REPLAY_SIZE]: size }, tab });
  }

  private onHidden(): void {
    this.replay?.cut();
    this.exporter.flushOnHide(false);
  }

  private onLeave(): void {
    if (this.sessionId() !== undefined) this.replay?.end(true);
    this.exporter.flushOnHide(true);
  }

  private onRestored(): void {
    const before = this.tab;
    this.session.activity();
    if (this.tab === before) this.restartReplay();
    this.navigation?.restored();
  }
}
