import type { Core } from '../core';
import type { Attributes } from '../otlp/model';
import type { Privacy } from '../privacy/privacy';
import { MASK } from '../privacy/mask';
import * as names from '../semconv';
import { limit } from '../text';
import { watchDeadClicks } from './dead-clicks';
import { createRage } from './rage';
import { isMasked } from './rules';
import { cssSelector } from './selector';

const TEXT_LIMIT = 64;
/** Elements whose text is a label, meant to be read by everyone. */
const LABELLED = 'button, a, label, summary, [role=button], [role=link], [role=tab], [role=menuitem]';
/** Text inside these was typed by somebody, or is none. */
const NOT_LABEL = 'input, textarea, select, [contenteditable], script, style';

/** Reports each click before the page can stop it, and those that tell of trouble. */
export function watchClicks({ emit, privacy, warnings, settings }: Pick<Core, 'emit' | 'privacy' | 'warnings' | 'settings'>): () => void {
  const rage = createRage(settings.clicks);
  const dead = watchDeadClicks(settings.clicks, (attributes, timeMs) => emit(names.DEAD_EVENT, { attributes, timeMs }));
  const onClick = (event: MouseEvent): void => {
    warnings.guard(() => {
      const target = event.composedPath()[0];
      if (!(target instanceof Element)) return;
      const attributes = describeClick(event, target, privacy);
      emit(names.CLICK_EVENT, { attributes });
      const count = rage(event);
      if (count > 0) emit(names.RAGE_EVENT, { attributes: { ...attributes, 'browser.click.count': count } });
      if (event.type === 'click') dead.clicked(event, target, attributes);
    });
  };
  document.addEventListener('click', onClick, true);
  document.addEventListener('auxclick', onClick, true);
  return () => {
    document.removeEventListener('click', onClick, true);
    document.removeEventListener('auxclick', onClick, true);
    dead.stop();
  };
}

function describeClick(event: MouseEvent, target: Element, privacy: Privacy): Attributes {
  return {
    [names.CSS_SELECTOR]: cssSelector(target),
    [names.TAG_NAME]: target.tagName.toUpperCase(),
    [names.PAGE_X]: Math.round(event.pageX),
    [names.PAGE_Y]: Math.round(event.pageY),
    [names.MOUSE_BUTTON]: event.button,
    [names.ELEMENT_TEXT]: labelText(target, privacy),
  };
}

/** The text of the button, link or label that was hit; undefined for anything else and for hidden parts. */
function labelText(target: Element, privacy: Privacy): string | undefined {
  const labelled = target.closest(LABELLED);
  const hidden = `${privacy.mask}, ${privacy.block}`;
  if (!labelled || target.closest(NOT_LABEL) || labelled.querySelector(hidden) || labelled.closest(privacy.block)) return undefined;
  if (isMasked(labelled, privacy)) return privacy.mode === 'strict' ? MASK : undefined;
  const text = visibleText(labelled).replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : limit(text, TEXT_LIMIT);
}

/** The text as it is seen: what is laid out as a box of its own (an avatar, a name, an address) is a word of its own. */
function visibleText(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? '';
  if (!(node instanceof Element) || node.matches(NOT_LABEL)) return '';
  const { display } = getComputedStyle(node);
  if (display === 'none') return '';
  const text = Array.from(node.childNodes, visibleText).join('');
  return display === 'inline' && node.localName !== 'br' ? text : ` ${text} `;
}
