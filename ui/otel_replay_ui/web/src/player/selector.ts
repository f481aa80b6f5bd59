/** A short CSS selector for an element of the recorded page. */

import { attributeOf, childrenOf, nameOf, parentOf } from './foreign';

const LEVELS = 4;
const CLASSES = 2;

/** From an element with an id, or from a few levels up, to the element itself. */
export function selectorOf(element: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at && steps.length < LEVELS; at = parentOf(at)) {
    steps.unshift(step(at));
    if (attributeOf(at, 'id') || nameOf(at) === 'body') break;
  }
  return steps.join(' > ');
}

function step(element: Element): string {
  const name = nameOf(element);
  const id = attributeOf(element, 'id');
  if (id) return `${name}#${CSS.escape(id)}`;
  // The replayer marks what the pointer is over with a class ":hover".
  const classes = attributeOf(element, 'class').split(/\s+/).filter((one) => one !== '' && !one.startsWith(':')).slice(0, CLASSES);
  const plain = [name, ...classes.map((one) => CSS.escape(one))].join('.');
  const parent = parentOf(element);
  const alike = parent ? childrenOf(parent).filter((other) => nameOf(other) === name) : [];
  return alike.length > 1 ? `${plain}:nth-of-type(${alike.indexOf(element) + 1})` : plain;
}
