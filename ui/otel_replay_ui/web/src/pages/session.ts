/** `/sessions/ID`: the replay with its time line, panels, and the chosen trace beside it. */

import { appRoot, copyText, messageOf, notice, topBar } from '../lib/chrome';
import { h, fill } from '../lib/dom';
import { icon } from '../lib/icons';
import { displayName } from '../lib/person';
import { readParams, replaceParams } from '../lib/url';
import { pageUrl } from '../lib/project';
import { exposeHandle } from '../player/handle';
import { listenForKeys } from '../player/keys';
import { MomentPreview } from '../player/preview';
import { PlayerView } from '../player/view';
import { TraceBeside } from '../session/beside';
import { SessionHeader } from '../session/header';
import { SessionPanels } from '../session/panels';
import { SessionStore } from '../session/store';
import { Timeline } from '../timeline/timeline';

/** A browser takes some milliseconds for a change of the address. */
const REMEMBER_AFTER_MS = 100;

class SessionPage {
  private readonly header = new SessionHeader();
  private readonly player: PlayerView;
  private readonly timeline: Timeline;
  private readonly beside: TraceBeside;
  private readonly panels: SessionPanels;
  private remembering = 0;

  constructor(private readonly store: SessionStore) {
    this.player = new PlayerView(store.manifest);
    this.timeline = new Timeline(store.manifest, (t) => this.seek(t), new MomentPreview(this.player.engine));
    this.beside = new TraceBeside({
      seek: (timeMs) => this.seek(timeMs - store.manifest.start_ms),
      opened: (trace) => this.showBeside(trace),
      closed: () => this.showBeside(''),
    });
    this.panels = new SessionPanels(store, { seek: (t) => this.seek(t), openTrace: (trace, span) => void this.beside.open(trace, span), startMs: () => store.manifest.start_ms });
    this.listen();
  }

  mount(root: HTMLElement): void {
    this.header.show(this.store.session);
    const showHelp = listenForKeys(this.player, this.timeline);
    const actions = h(
      'div',
      { class: 'top-actions' },
      h('button', { class: 'button', type: 'button', title: 'Copy a link to this moment', on: { click: () => this.copyLink() } }, icon('link', 14), h('span', {}, 'Copy link at this moment')),
      h('button', { class: 'icon-button for-keyboards', type: 'button', 'aria-label': 'Keyboard shortcuts', title: 'Keyboard shortcuts (?)', on: { click: () => showHelp() } }, icon('keyboard')),
    );
    fill(
      root,
      topBar(this.header.element, actions),
      h(
        'main',
        { id: 'main', class: 'session-page' },
        this.player.element,
        h('aside', { class: 'side', 'aria-label': 'Details' }, this.panels.element, this.beside.element),
        this.timeline.element,
      ),
    );
    document.title = `${displayName(this.store.session.user)} · otel-replay`;
    exposeHandle(this.player);
  }

  /** First picture and rows; then whatever comes in. */
  async start(): Promise<void> {
    const params = readParams();
    const t = Number(params.get('t') ?? NaN);
    const { engine } = this.player;
    if (engine.hasTab(params.get('tab'))) engine.pinned = params.get('tab');
    // The picture first: what happened in a long session takes the server longer than what is seen at one moment.
    const shown = engine.live && !Number.isFinite(t) ? engine.goLive() : engine.seek(Number.isFinite(t) ? t : 0);
    if (params.get('trace')) void this.beside.open(params.get('trace')!);
    await shown;
    await this.store.load();
    await this.player.settle();
  }

  private listen(): void {
    const { store, player } = this;
    store.on('events', (events) => {
      player.setEvents(events);
      this.timeline.setEvents(events);
      this.showTime(player.engine.time);
    });
    store.on('manifest', (manifest) => {
      player.engine.setManifest(manifest);
      this.timeline.setManifest(manifest);
    });
    store.on('session', (session) => this.header.show(session));
    player.engine.on('time', (t) => this.showTime(t));
    player.engine.on('damage', (damage) => this.timeline.setDamage(damage));
    player.engine.on('state', () => this.rememberMoment());
    player.engine.on('painted', () => this.rememberMoment());
  }

  private showTime(t: number): void {
    this.timeline.setTime(t);
    this.panels.setTime(t);
    this.beside.setTime(this.store.manifest.start_ms + t);
  }

  private seek(t: number): void {
    void this.player.engine.seek(t);
  }

  private showBeside(traceId: string): void {
    const open = traceId !== '';
    this.panels.element.hidden = open;
    document.querySelector('.session-page')?.classList.toggle('with-trace', open);
    replaceParams({ trace: traceId || null });
    this.beside.setTime(this.store.manifest.start_ms + this.player.engine.time);
  }

  /** Keep the address in step while the replay stands still, so that reload and copy mean this moment; not before the picture is there. */
  private rememberMoment(): void {
    clearTimeout(this.remembering);
    this.remembering = window.setTimeout(() => this.writeMoment(), REMEMBER_AFTER_MS);
  }

  private writeMoment(): void {
    const { engine } = this.player;
    if (engine.playing || engine.phase !== 'ready') return;
    replaceParams({ t: String(Math.round(engine.time)), tab: engine.pinned });
  }

  private copyLink(): void {
    const url = new URL(location.href);
    url.searchParams.set('t', String(Math.round(this.player.engine.time)));
    void copyText(url.toString(), 'Link copied');
  }
}

async function main(): Promise<void> {
  const root = appRoot();
  fill(root, topBar(), h('main', { id: 'main', class: 'loading-page' }, h('i', { class: 'spinner' }), h('p', {}, 'Loading the session …')));
  try {
    const page = new SessionPage(await SessionStore.open(root.dataset['id'] ?? ''));
    page.mount(root);
    await page.start();
  } catch (error) {
    fill(root, topBar(), h('main', { id: 'main', class: 'message-page' }, notice('This session cannot be shown', messageOf(error), h('a', { class: 'button', href: pageUrl('/sessions') }, 'All sessions'))));
  }
}

void main();
