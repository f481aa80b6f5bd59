import type { eventWithTime } from '@rrweb/types';

import type { Core } from '../core';
import { INCREMENTAL, type Mirror } from './rrweb';

/** The longer side of a picture, and its bytes as a data URL; bigger ones are left out. */
const SIDE_PX = 1280;
const PICTURE_LIMIT = 512 * 1024;
const QUALITY = 0.7;
const BLANK = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";

export interface Canvases {
  /** After a snapshot, which has no pictures. */
  again(): void;
  stop(): void;
}

/**
 * Attributes of the image that stands for a canvas in recordings. Where scripts may not run, as in players, browsers show no
 * canvas at all, not even the room it takes.
 */
export function asImage(canvas: Element | undefined, attributes: Record<string, unknown>): void {
  attributes['src'] = BLANK;
  if (!canvas) return;
  const { display, width, height } = getComputedStyle(canvas);
  attributes['style'] = `${String(attributes['style'] ?? '')};display:${display};width:${width};height:${height}`;
}

/** Takes pictures of the canvases that are in view and have changed, `perSecond` times a second at most. */
export function watchCanvases(mirror: Mirror, { privacy, warnings }: Pick<Core, 'privacy' | 'warnings'>, perSecond: number, push: (event: eventWithTime) => void): Canvases {
  let taken = new WeakMap<HTMLCanvasElement, string>();
  const visit = (canvas: HTMLCanvasElement): void => {
    const id = mirror.getId(canvas);
    if (id < 0 || privacy.mode === 'strict' || canvas.closest(privacy.block) || !inView(canvas)) return;
    const src = picture(canvas);
    if (src === undefined || src === taken.get(canvas)) return;
    taken.set(canvas, src);
    const data = { source: 0, texts: [], removes: [], adds: [], attributes: [{ id, attributes: { src } }] };
    push({ type: INCREMENTAL, data, timestamp: Date.now() } as unknown as eventWithTime);
  };
  const look = (): void => document.querySelectorAll('canvas').forEach((canvas) => warnings.guard(() => visit(canvas)));
  // In an animation frame, right after the page's own: WebGL forgets what it drew when the frame is over.
  const timer = setInterval(() => requestAnimationFrame(look), 1000 / perSecond);
  return {
    again: () => (taken = new WeakMap()),
    stop: () => clearInterval(timer),
  };
}

function inView(canvas: HTMLCanvasElement): boolean {
  const { width, height, top, left, bottom, right } = canvas.getBoundingClientRect();
  return width * height * canvas.width * canvas.height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
}

/** The canvas as a data URL; undefined when it holds pictures of other origins, which browsers do not let out. */
function picture(canvas: HTMLCanvasElement): string | undefined {
  const scale = Math.min(1, SIDE_PX / Math.max(canvas.width, canvas.height));
  try {
    const url = (scale < 1 ? smaller(canvas, scale) : canvas).toDataURL('image/webp', QUALITY);
    return url.length > PICTURE_LIMIT ? undefined : url;
  } catch {
    return undefined;
  }
}

function smaller(canvas: HTMLCanvasElement, scale: number): HTMLCanvasElement {
  const copy = document.createElement('canvas');
  copy.width = Math.round(canvas.width * scale);
  copy.height = Math.round(canvas.height * scale);
  copy.getContext('2d')?.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy;
}
