import type { Core } from '../core';
import type { Privacy } from '../privacy/privacy';
import { MASK } from '../privacy/mask';
import { isAlwaysMasked, isShown, LABEL_TYPES } from './rules';
import type { ReplayOptions } from './rrweb';

/** Rich text editors and chat boxes: inputs made of ordinary elements. */
export const EDITABLE = '[contenteditable]:not([contenteditable=false])';
/** What strict mode shows an empty box for. */
const MEDIA = 'img, picture, video, audio, canvas, object, embed';

/**
 * rrweb's options for the privacy mode. Inputs are masked by tag name, because rrweb's own `maskAllInputs` leaves out hidden
 * inputs and types it does not know; `maskInputFn` then decides. What rrweb has no option for is done in event-mask.ts.
 */
export function recorderOptions({ privacy, settings }: Pick<Core, 'privacy' | 'settings'>): ReplayOptions {
  const own = settings.rrweb;
  const { mode, mask, block, ignore } = privacy;
  // rrweb looks for names of classes beside the selectors, for each node once more.
  const named = (name: unknown): string => (typeof name === 'string' ? `, .${name}` : '');
  return {
    recordAfter: 'DOMContentLoaded',
    slimDOMOptions: { comment: true } as NonNullable<ReplayOptions['slimDOMOptions']>,
    collectFonts: true,
    userTriggeredOnInput: true,
    ...own,
    maskAllInputs: false,
    maskInputOptions: { input: true, textarea: true, select: true, password: true } as object,
    maskInputFn: (text, element) => maskValue(text, element, privacy),
    maskTextSelector: mode === 'strict' ? '*' : [mask, ...(mode === 'open' ? [] : [EDITABLE])].join(', ') + named(own.maskTextClass),
    maskTextFn: (text, element) => maskText(text, element, privacy),
    blockSelector: (mode === 'strict' ? `${block}, ${MEDIA}` : block) + named(own.blockClass),
    ignoreSelector: ignore,
    recordCanvas: false,
  };
}

function maskText(text: string, element: HTMLElement | null, privacy: Privacy): string {
  if (text.trim() === '' || (element && isShown(element, privacy))) return text;
  return MASK;
}

/** The value of an input as it is recorded; an empty one stays empty. */
export function maskValue(text: string, element: HTMLElement, privacy: Privacy): string {
  if (text === '') return text;
  if (isAlwaysMasked(element)) return MASK;
  const { mode, mask } = privacy;
  if (isShown(element, privacy)) return text;
  if (mode === 'open') return element.closest(mask) ? MASK : text;
  const type = (element as Partial<HTMLInputElement>).type ?? '';
  return mode === 'balanced' && LABEL_TYPES.includes(type) && !element.closest(mask) ? privacy.scrub(text) : MASK;
}
