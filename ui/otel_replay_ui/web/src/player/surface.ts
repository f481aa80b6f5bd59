/** One rrweb replayer in one iframe: the picture of one tab at one moment. */

import { Replayer } from '@rrweb/replay';
import { FRAME_POLICIES } from './defuse';
import { openNowhere } from './nowhere';
import { schemesOf, type SchemeChange } from './scheme';
import { firstPointer, type RrwebEvent } from './rrweb';

type ReplayerEvents = ConstructorParameters<typeof Replayer>[0];

export interface Viewport {
  width: number;
  height: number;
}

/** Moves of less than this between our clock and the replayer's are not worth a new start. */
const DRIFT_LIMIT_MS = 150;

/** Events up to and including a moment: the replayer itself applies only what is strictly earlier. */
const INCLUSIVE_MS = 0.01;

/** The replayer sizes its iframe and builds its first picture in timers of 0 and 1 ms; one that is started later and not shorter ends after them. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

export class Surface {
  readonly element: HTMLElement;
  viewport: Viewport = { width: 1024, height: 768 };
  onResize: (viewport: Viewport) => void = () => undefined;
  private readonly replayer: Replayer;
  private readonly origin: number;
  private readonly schemes: SchemeChange[];
  /** Before it nobody knows where the pointer is. */
  private pointerFrom: number;
  private playing = false;

  /** `events` begin with a checkpoint; a `still` picture has no pointer's trail. Throws when the iframe would not be safe. */
  constructor(parent: HTMLElement, events: RrwebEvent[], { speed, still = false }: { speed: number; still?: boolean }) {
    this.element = document.createElement('div');
    this.element.className = 'surface';
    parent.appendChild(this.element);
    this.origin = events[0]!.timestamp;
    try {
      this.replayer = new Replayer(events as unknown as ReplayerEvents, {
        root: this.element,
        speed,
        // Keeps it from ending when it runs out of events: more are appended while it plays.
        liveMode: true,
        showWarning: false,
        triggerFocus: false,
        // Scroll positions were recorded, anchoring by the visitor's browser included: it must not happen twice.
        insertStyleRules: ['* { overflow-anchor: none !important; }'],
        mouseTail: still || prefersStillness() ? false : { duration: 600, lineWidth: 3, strokeStyle: '#6d67f0' },
      });
      assertSandboxed(this.replayer.iframe);
    } catch (error) {
      this.element.remove();
      throw error;
    }
    openNowhere(this.replayer.iframe.contentDocument);
    protect(this.replayer.iframe);
    letMediaFail(this.replayer.iframe);
    skipWhatFails(this.replayer);
    this.replayer.iframe.title = 'The recorded page';
    this.replayer.iframe.tabIndex = -1;
    this.replayer.on('resize', (size: unknown) => this.resized(size as Viewport));
    this.schemes = schemesOf(events);
    this.pointerFrom = firstPointer(events);
    this.dress(this.origin);
  }

  /** Wait until the replayer's own first picture is there; before that a seek would be undone. */
  ready(): Promise<void> {
    return settled();
  }

  get isPlaying(): boolean {
    return this.playing;
  }

  get document(): Document | null {
    return this.replayer.iframe.contentDocument;
  }

  /** Show the picture at `t` (ms of the session) and stay there. */
  seek(t: number): void {
    this.playing = false;
    this.dress(t);
    this.replayer.pause(this.offset(t));
  }

  /** Play from `t`. */
  play(t: number): void {
    this.playing = true;
    this.replayer.play(this.offset(t));
  }

  pause(): void {
    if (!this.playing) return;
    this.playing = false;
    this.replayer.pause();
  }

  setSpeed(speed: number): void {
    this.replayer.setConfig({ speed });
  }

  append(events: RrwebEvent[]): void {
    this.schemes.push(...schemesOf(events));
    this.pointerFrom = Math.min(this.pointerFrom, firstPointer(events));
    for (const event of events) this.replayer.addEvent(event as never);
  }

  /** Follow the session's clock when the replayer fell behind or ran ahead of it. */
  keepUp(t: number): void {
    if (!this.playing) return;
    this.dress(t);
    const actual = this.origin + this.replayer.getCurrentTime();
    if (Math.abs(actual - t) > DRIFT_LIMIT_MS * Math.max(1, this.replayer.config.speed)) this.play(t);
  }

  destroy(): void {
    this.replayer.destroy();
    this.element.remove();
  }

  /** Show the page as for a visitor who prefers light or dark (a frame takes that over from its element), and no pointer that is not known. */
  private dress(t: number): void {
    this.replayer.iframe.style.colorScheme = this.schemes.findLast(({ at }) => at <= t)?.scheme ?? 'light';
    this.element.classList.toggle('no-pointer', t < this.pointerFrom);
  }

  private offset(t: number): number {
    return Math.max(0, t - this.origin) + INCLUSIVE_MS;
  }

  private resized(size: Viewport): void {
    this.viewport = { width: Number(size.width) || 1024, height: Number(size.height) || 768 };
    this.onResize(this.viewport);
  }
}

function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** An event that makes no sense to the replayer is left out: what is around it can still be shown. */
function skipWhatFails(replayer: Replayer): void {
  const inner = replayer as unknown as { applyIncremental: (event: unknown, sync: boolean) => void };
  const apply = inner.applyIncremental.bind(replayer);
  inner.applyIncremental = (event, sync) => {
    try {
      apply(event, sync);
    } catch (error) {
      console.warn('An event of the recording cannot be applied and is left out.', error);
    }
  };
}

/** Policies of the frame's own. They hold for whatever is written into its document from now on. */
function protect(iframe: HTMLIFrameElement): void {
  const document = iframe.contentDocument;
  for (const attributes of FRAME_POLICIES) {
    const meta = document?.createElement('meta');
    for (const [name, value] of Object.entries(attributes)) meta?.setAttribute(name, value);
    if (meta) document?.head.append(meta);
  }
}

/** Media that cannot be had or may not play by themselves stand still; the replayer does not look at what becomes of `play()`. */
function letMediaFail(iframe: HTMLIFrameElement): void {
  const frame = iframe.contentWindow as (Window & typeof globalThis) | null;
  if (!frame) return;
  const { play } = frame.HTMLMediaElement.prototype;
  frame.HTMLMediaElement.prototype.play = function playing(this: HTMLMediaElement) {
    const started = play.call(this);
    started.catch(() => undefined);
    return started;
  };
}

/** Recorded pages are hostile: without scripts, or not at all. */
function assertSandboxed(iframe: HTMLIFrameElement): void {
  if (iframe.getAttribute('sandbox') !== 'allow-same-origin') {
    throw new Error('The replay frame is not sandboxed as it must be; nothing is shown.');
  }
}
