import type { Emit } from '../emitter';
import * as names from '../semconv';
import { limit } from '../text';
import type { Warnings } from '../warnings';
import { cssSelector } from './selector';

const TEXT_LIMIT = 64;
/** Elements whose text is a label, meant to be read by everyone. */
const LABELLED = 'button, a, label, summary, [role=button], [role=link], [role=tab], [role=menuitem]';
/** Text inside these was typed by somebody, or is none. */
const NOT_LABEL = 'input, textarea, select, [contenteditable], script, style';

/** Reports each click before the page can stop it. `hidden`: selectors whose text must not be sent. */
export function watchClicks(emit: Emit, hidden: readonly string[], warnings: Warnings): () => void {
  const onClick = (event: MouseEvent): void => {
    warnings.guard(() => {
      const target = event.composedPath()[0];
      if (!(target instanceof Element)) return;
      emit(names.CLICK_EVENT, { attributes: describeClick(event, target, hidden.join(', ')) });
    });
  };
  document.addEventListener('click', onClick, true);
  document.addEventListener('auxclick', onClick, true);
  return () => {
    document.removeEventListener('click', onClick, true);
    document.removeEventListener('auxclick', onClick, true);
  };
}

function describeClick(event: MouseEvent, target: Element, hidden: string) {
  return {
    [names.CSS_SELECTOR]: cssSelector(target),
    [names.TAG_NAME]: target.tagName.toUpperCase(),
    [names.PAGE_X]: Math.round(event.pageX),
    [names.PAGE_Y]: Math.round(event.pageY),
    [names.MOUSE_BUTTON]: event.button,
    [names.ELEMENT_TEXT]: labelText(target, hidden),
  };
}

/** The text of the button, link or label that was hit; undefined for anything else and for masked parts. */
function labelText(target: Element, hidden: string): string | undefined {
  const labelled = target.closest(LABELLED);
  if (!labelled || target.closest(NOT_LABEL) || labelled.closest(hidden) || labelled.querySelector(hidden)) return undefined;
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
