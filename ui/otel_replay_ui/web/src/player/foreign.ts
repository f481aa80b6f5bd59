/**
 * Reads of a document that is hostile. Its elements can be named so that they stand where a property of the document
 * or of a form should be (`<img name="elementFromPoint">`, `<input name="tagName">`), so nothing is asked of its nodes
 * directly: everything goes through the prototypes' own functions.
 */

type Getter<T> = (this: object) => T;

function getter<T>(prototype: object, name: string): Getter<T> {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get as Getter<T>;
}

const localName = getter<string>(Element.prototype, 'localName');
const shadowRoot = getter<ShadowRoot | null>(Element.prototype, 'shadowRoot');
const parentNode = getter<ParentNode | null>(Node.prototype, 'parentNode');
const textContent = getter<string | null>(Node.prototype, 'textContent');
const ownerDocument = getter<Document | null>(Node.prototype, 'ownerDocument');
const host = getter<Element>(ShadowRoot.prototype, 'host');
const children = getter<HTMLCollection>(Element.prototype, 'children');
const shadowChildren = getter<HTMLCollection>(DocumentFragment.prototype, 'children');
const documentElement = getter<Element | null>(Document.prototype, 'documentElement');
const defaultView = getter<Window | null>(Document.prototype, 'defaultView');
const contentDocument = getter<Document | null>(HTMLIFrameElement.prototype, 'contentDocument');
const inputValue = getter<string>(HTMLInputElement.prototype, 'value');
const areaValue = getter<string>(HTMLTextAreaElement.prototype, 'value');

const nodeType = getter<number>(Node.prototype, 'nodeType');

export function nameOf(element: Element): string {
  return localName.call(element);
}

export function attributeOf(element: Element, name: string): string {
  return Element.prototype.getAttribute.call(element, name) ?? '';
}

export function boxOf(element: Element): DOMRect {
  return Element.prototype.getBoundingClientRect.call(element);
}

/** The text within, or what stands in the field, with single spaces. */
export function textOf(element: Element): string {
  const name = nameOf(element);
  const text = name === 'input' ? inputValue.call(element) : name === 'textarea' ? areaValue.call(element) : (textContent.call(element) ?? '');
  return text.replace(/\s+/g, ' ').trim();
}

/** The element that this one is in, out of shadow roots and frames too; null for the outermost. */
export function parentOf(element: Element): Element | null {
  const parent = parentNode.call(element);
  if (parent === null) return null;
  const type = nodeType.call(parent);
  if (type === Node.DOCUMENT_FRAGMENT_NODE) return host.call(parent);
  return type === Node.DOCUMENT_NODE ? frameOf(element) : (parent as Element);
}

/** Elements directly within: of a shadow root or a frame, what is in there. */
export function childrenOf(element: Element): Element[] {
  const shadow = shadowRoot.call(element);
  const inner = nameOf(element) === 'iframe' ? contentDocument.call(element) : null;
  if (inner) return [documentElement.call(inner)].filter((root) => root !== null);
  return Array.from(shadow ? shadowChildren.call(shadow) : children.call(element));
}

/** The frame that the element's document is shown in, where that is within the recorded page. */
export function frameOf(element: Element): Element | null {
  const owner = ownerDocument.call(element);
  const view = owner && defaultView.call(owner);
  return view && view.parent !== window ? view.frameElement : null;
}

export function rootOf(document: Document): Element | null {
  return documentElement.call(document);
}

/** The innermost element at a point of the outermost document. */
export function elementAt(document: Document, x: number, y: number): Element | null {
  let found = Document.prototype.elementFromPoint.call(document, x, y);
  for (let deeper = found; deeper; ) {
    found = deeper;
    deeper = within(deeper, x, y);
  }
  return found;
}

function within(element: Element, x: number, y: number): Element | null {
  const shadow = shadowRoot.call(element);
  const inShadow = shadow && ShadowRoot.prototype.elementFromPoint.call(shadow, x, y);
  if (inShadow && inShadow !== element) return inShadow;
  const inner = nameOf(element) === 'iframe' ? contentDocument.call(element) : null;
  if (!inner) return null;
  const box = pageBoxOf(element);
  return elementAt(inner, x - box.x, y - box.y);
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where an element is in the outermost document's viewport. */
export function pageBoxOf(element: Element): Box {
  const { x, y, width, height } = boxOf(element);
  const frame = frameOf(element);
  if (!frame) return { x, y, width, height };
  const outer = pageBoxOf(frame);
  return { x: x + outer.x, y: y + outer.y, width, height };
}
