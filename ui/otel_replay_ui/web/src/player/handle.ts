/** `window.__player`: a typed handle for tests and for the console. */

import type { PlayerView } from './view';

export interface PlayerHandle {
  /** Stop, show the moment (ms from the session's start), and resolve when it is painted. */
  seek(ms: number): Promise<void>;
  play(): void;
  pause(): void;
  currentTime(): number;
  /** A picture is on the screen, and everything is there that decides which one it is. */
  readonly ready: boolean;
  /** The document that is shown. */
  document(): Document | null;
}

declare global {
  interface Window {
    __player?: PlayerHandle;
  }
}

export function exposeHandle(player: PlayerView): void {
  const { engine } = player;
  // For whoever measures: when the first picture was on the screen.
  const ended = engine.on('painted', () => {
    performance.mark('otel-replay.painted');
    ended();
  });
  window.__player = {
    seek: (ms) => {
      engine.pause();
      return engine.seek(ms);
    },
    play: () => engine.play(),
    pause: () => engine.pause(),
    currentTime: () => engine.time,
    get ready() {
      return player.ready;
    },
    document: () => engine.document,
  };
}
