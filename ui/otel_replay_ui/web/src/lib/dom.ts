/** Build DOM. Strings become text nodes, never markup: what is shown may come from a hostile page. */

export type Child = Node | string | number | null | undefined | false;

type Handlers = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Props {
  class?: string | undefined;
  /** data-* attributes, by their name without the prefix (`session-id`). */
  data?: Record<string, string | number | undefined>;
  style?: Record<string, string>;
  on?: Handlers;
  /** Any other attribute; `true` is an empty one, `false` and undefined leave it out. */
  [attribute: string]: unknown;
}

const NOT_ATTRIBUTES = new Set(['class', 'data', 'style', 'on']);

/** `h('button', {class: 'primary', on: {click}}, 'Play')` */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  applyProps(element, props);
  append(element, children);
  return element;
}

const SVG_NS = 'http://www.w3.org/2000/svg';

/** The same for SVG elements. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number> = {},
  ...children: SVGElement[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG_NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function applyProps(element: HTMLElement, props: Props): void {
  if (props.class) element.className = props.class;
  for (const [name, value] of Object.entries(props.data ?? {})) {
    if (value !== undefined) element.setAttribute(`data-${name}`, String(value));
  }
  for (const [name, value] of Object.entries(props.style ?? {})) element.style.setProperty(name, value);
  for (const [name, handler] of Object.entries(props.on ?? {})) {
    element.addEventListener(name, handler as EventListener);
  }
  for (const [name, value] of Object.entries(props)) {
    if (!NOT_ATTRIBUTES.has(name)) setAttribute(element, name, value);
  }
}

function setAttribute(element: HTMLElement, name: string, value: unknown): void {
  if (value === undefined || value === null || value === false) return;
  if (name === 'value' && 'value' in element) (element as HTMLInputElement).value = String(value);
  else element.setAttribute(name, value === true ? '' : String(value));
}

export function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Put `children` in place of everything in `parent`. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.textContent = '';
  append(parent, children);
}

/** Change a text only when it differs: writing the same text again still costs a layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Only addresses of the web become links: a recorded `javascript:` address stays text. */
export function safeHref(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? address : undefined;
}

/** True when keys typed at `target` belong to it and not to the page's shortcuts. */
export function takesKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}
