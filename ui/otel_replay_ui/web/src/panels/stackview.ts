/** A stack trace for people: causes set apart, the errors inside an error below it, frames of libraries folded away. */

import { h } from '../lib/dom';
import { plural } from '../lib/format';
import { causeChain, groupFrames, type Cause, type FrameGroup } from './stack';

export function stackView(text: string): HTMLElement {
  const chain = causeChain(text);
  return h('div', { class: 'stack-chain' }, ...chain.map((cause, index) => causeView(cause, index > 0 ? 'Caused by' : '')));
}

function causeView(cause: Cause, label: string): HTMLElement {
  const { parts } = cause;
  return h(
    'div',
    { class: 'cause' },
    label && h('p', { class: 'cause-label' }, label),
    h('div', { class: 'cause-box', tabindex: '0' }, h('pre', { class: 'cause-head' }, cause.head), ...groupFrames(cause.frames).map(framesView)),
    parts.length > 0 && h('div', { class: 'cause-parts' }, ...parts.map((part, index) => causeView(part, `${index + 1} of ${plural(parts.length, 'error')} in it`))),
  );
}

/** Frames of libraries are folded away when there are several. */
function framesView(group: FrameGroup): HTMLElement {
  // Frames of a browser are one line each, with the place at its end; those of Python stand over marks that would not be below them any more.
  const oneLine = group.frames.every((frame) => !frame.includes('\n'));
  const text = h('pre', { class: [group.library && 'library', oneLine && 'wraps'].filter(Boolean).join(' ') }, group.frames.join('\n'));
  if (!group.library || group.frames.length < 2) return text;
  return h('details', {}, h('summary', {}, `${plural(group.frames.length, 'library frame')}`), text);
}
