import type { eventWithTime, serializedNodeWithId } from '@rrweb/types';

import type { Core } from '../core';
import { INCREMENTAL, type Mirror } from './rrweb';

/** The longer side of a picture, and its bytes as a data URL; bigger ones are left out. */
const SIDE_PX = 1280;
const PICTURE_LIMIT = 512 * 1024;
const QUALITY = 0.6;

interface Picture {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Takes pictures of the canvases that are in view and have changed, `perSecond` times a second at most. A picture is recorded
 * as a canvas that comes in the place of itself with its content, which every player draws without running recorded commands.
 */
export function watchCanvases(mirror: Mirror, { privacy, warnings }: Pick<Core, 'privacy' | 'warnings'>, perSecond: number, push: (event: eventWithTime) => void): () => void {
  const taken = new WeakMap<HTMLCanvasElement, string>();
  const visit = (canvas: HTMLCanvasElement): void => {
    if (canvas.closest(privacy.block) || !inView(canvas)) return;
    const id = mirror.getId(canvas);
    const picture = id < 0 ? undefined : take(canvas);
    if (!picture || picture.url === taken.get(canvas)) return;
    taken.set(canvas, picture.url);
    const event = replacement(canvas, id, picture, mirror);
    if (event) push(event);
  };
  const look = (): void => {
    if (privacy.mode === 'strict') return;
    document.querySelectorAll('canvas').forEach((canvas) => warnings.guard(() => visit(canvas)));
  };
  // In an animation frame, right after the page's own: WebGL forgets what it drew when the frame is over.
  const timer = setInterval(() => requestAnimationFrame(look), 1000 / perSecond);
  return () => clearInterval(timer);
}

function inView(canvas: HTMLCanvasElement): boolean {
  const { width, height, top, left, bottom, right } = canvas.getBoundingClientRect();
  return width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && canvas.width > 0 && canvas.height > 0;
}

/** The canvas as a data URL; undefined when it holds pictures of other origins, which browsers do not let out. */
function take(canvas: HTMLCanvasElement): Picture | undefined {
  const scale = Math.min(1, SIDE_PX / Math.max(canvas.width, canvas.height));
  try {
    const source = scale < 1 ? smaller(canvas, scale) : canvas;
    const url = source.toDataURL('image/webp', QUALITY);
    return url.length > PICTURE_LIMIT ? undefined : { url, width: source.width, height: source.height };
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

function replacement(canvas: HTMLCanvasElement, id: number, picture: Picture, mirror: Mirror): eventWithTime | undefined {
  const parent = canvas.parentNode;
  const parentId = parent ? mirror.getId(parent) : -1;
  if (parentId < 0) return undefined;
  let next = canvas.nextSibling;
  while (next && mirror.getId(next) < 0) next = next.nextSibling;
  const attributes: Record<string, string> = {};
  for (const { name, value } of Array.from(canvas.attributes)) attributes[name] = value;
  // Players draw a picture in its own size: a smaller one needs a smaller canvas, shown as big as before.
  if (picture.width < canvas.width) {
    const { width, height } = getComputedStyle(canvas);
    Object.assign(attributes, { width: String(picture.width), height: String(picture.height), style: `${attributes['style'] ?? ''};width:${width};height:${height}` });
  }
  const node = { type: 2, tagName: 'canvas', attributes: { ...attributes, rr_dataURL: picture.url }, childNodes: [], id } as unknown as serializedNodeWithId;
  const data = { source: 0, texts: [], attributes: [], removes: [{ parentId, id }], adds: [{ parentId, nextId: next ? mirror.getId(next) : null, node }] };
  return { type: INCREMENTAL, data, timestamp: Date.now() } as unknown as eventWithTime;
}
