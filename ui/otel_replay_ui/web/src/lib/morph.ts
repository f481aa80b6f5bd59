/** Make one element look like another that was just built, changing only what differs: cheaper for the browser than to put the other in its place. */

/** Both are of one tag. What `built` has for children may be moved over; handlers are not. */
export function morph(element: HTMLElement, built: HTMLElement): void {
  morphElement(element, built);
}

function morphElement(element: Element, built: Element): void {
  morphAttributes(element, built);
  const now = element.childNodes;
  const wanted = built.childNodes;
  if (now.length !== wanted.length) {
    element.replaceChildren(...wanted);
    return;
  }
  // Backwards: what is moved over leaves `wanted`.
  for (let index = now.length - 1; index >= 0; index -= 1) morphNode(now[index]!, wanted[index]!);
}

function morphNode(node: Node, built: Node): void {
  if (node instanceof Text && built instanceof Text) {
    if (node.data !== built.data) node.data = built.data;
  } else if (node instanceof Element && built instanceof Element && node.tagName === built.tagName) {
    morphElement(node, built);
  } else {
    (node as ChildNode).replaceWith(built);
  }
}

function morphAttributes(element: Element, built: Element): void {
  for (const { name, value } of built.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (element.attributes.length === built.attributes.length) return;
  for (const name of element.getAttributeNames()) if (!built.hasAttribute(name)) element.removeAttribute(name);
}
