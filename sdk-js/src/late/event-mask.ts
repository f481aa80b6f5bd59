import type { eventWithTime, serializedNodeWithId } from '@rrweb/types';

import type { Privacy } from '../privacy/privacy';
import { MASK } from '../privacy/mask';
import { asImage } from './canvas';
import { maskValue } from './recorder-options';
import { FULL_SNAPSHOT, INCREMENTAL, META, type Mirror } from './rrweb';
import { isMasked, isShown } from './rules';

/** Attributes that hold text for people. */
const TEXTS = new Set(['title', 'alt', 'placeholder', 'label', 'summary', 'content', 'abbr', 'aria-label', 'aria-description', 'aria-valuetext', 'aria-placeholder', 'aria-roledescription']);
/** Contents of `<meta>` without which a page looks different. */
const META_NAMES = ['viewport', 'color-scheme', 'theme-color'];
const SOURCE_MUTATION = 0;
const SOURCE_INPUT = 5;

type Attributes = Record<string, unknown>;
interface Mutation {
  readonly source: number;
  readonly adds?: readonly { readonly parentId: number; readonly node: serializedNodeWithId }[];
  readonly attributes?: readonly { readonly id: number; readonly attributes: Attributes }[];
  readonly texts?: readonly { readonly id: number; value: string | null }[];
  readonly id: number;
  text?: string;
}

/**
 * Hides in rrweb's events what rrweb has no option for: attributes, values of inputs it does not mask, and secrets inside texts
 * that are shown otherwise. Works on the events in place, in idle time, before they become JSON. Where an element is gone
 * already, so that the rules for it cannot be looked up, it is masked.
 */
export function createEventMask(privacy: Privacy, mirror: Mirror): (event: eventWithTime) => void {
  const { mode, scrub } = privacy;
  const elementOf = (id: number): Element | undefined => {
    const node = mirror.getNode(id);
    return node && node.nodeType === 1 ? (node as Element) : undefined;
  };

  const text = (value: string, parent: () => Element | null | undefined): string => {
    if (mode === 'open') return value;
    const clean = scrub(value);
    if (clean === value) return value;
    const element = parent();
    return element && isShown(element, privacy) ? value : clean;
  };

  const attribute = (tag: string, name: string, value: string, id: number, all: Attributes): string | undefined => {
    if (name === 'value') return inputValue(tag, value, id);
    if (name === 'srcdoc' || name.startsWith('on')) return undefined;
    if (tag === 'meta' && name === 'content') return META_NAMES.includes(String(all['name'])) || all['charset'] ? value : undefined;
    if (mode === 'open' || value === '' || /^data:(image|font|video|audio)/.test(value)) return value;
    const masked = TEXTS.has(name) && !(tag === 'link' || tag === 'style');
    if (masked || (mode === 'strict' && name.startsWith('data-'))) {
      const element = elementOf(id);
      return element && isShown(element, privacy) ? value : MASK;
    }
    if (name === '_cssText') return value;
    if (name === 'style') return style(value);
    if (/^(href|src|srcset|action|formaction|poster|data|rr_src|xlink:href|cite|ping)$/.test(name)) return url(tag, name, value);
    return scrub(value);
  };

  /** Pictures inside, or their addresses. */
  const style = (value: string): string => (mode === 'strict' ? value.replace(/url\([^)]*\)/g, 'none') : value.replace(/url\((?!["']?data:)[^)]*/g, scrub));

  /** Single properties, as a change of an element's style has them: text, text and priority, or false for none. */
  const styles = (properties: Attributes): void => {
    for (const [name, value] of Object.entries(properties)) {
      if (typeof value === 'string') properties[name] = style(value);
      else if (Array.isArray(value)) value[0] = style(String(value[0]));
    }
  };

  /** Addresses of style sheets keep their queries in strict mode too; only what looks like a secret goes. */
  const url = (tag: string, name: string, value: string): string => (tag === 'link' || name === 'srcset' || value.startsWith('#') ? scrub(value) : privacy.url(value));

  const inputValue = (tag: string, value: string, id: number): string => {
    if (tag !== 'input' && tag !== 'textarea' && tag !== 'select') return tag === 'option' || tag === 'button' || tag === 'data' ? optionValue(value, id) : value;
    const element = elementOf(id);
    return element ? maskValue(value, element as HTMLElement, privacy) : MASK;
  };

  const optionValue = (value: string, id: number): string => {
    const element = elementOf(id);
    if (element && isMaskedChoice(element)) return MASK;
    return mode === 'open' || (element && !isMasked(element, privacy)) ? text(value, () => element) : MASK;
  };

  /** A masked select gets the mask as its value; its first option stands for that value, or the box would be empty. */
  const isMaskedChoice = (element: Element): boolean => {
    const select = element.closest('select');
    return select?.options[0] === element && maskValue('x', select, privacy) === MASK;
  };

  const textOf = (value: string, id: number): string => {
    const parent = mirror.getNode(id)?.parentElement;
    const tag = parent?.localName;
    if (tag === 'textarea') return maskValue(value, parent as HTMLElement, privacy);
    if (tag === 'style' || tag === 'script') return value;
    if (tag === 'option' && isMaskedChoice(parent as Element) && value.trim() !== '') return MASK;
    return text(value, () => parent);
  };

  const walk = (node: serializedNodeWithId): void => {
    if (node.type === 2) {
      const attributes = node.attributes as Attributes;
      maskAttributes(node.tagName, attributes, node.id);
      if (node.tagName === 'canvas' && !node.needBlock) {
        node.tagName = 'img';
        asImage(elementOf(node.id), attributes);
      }
      if (node.tagName === 'option' && attributes['value'] === undefined && elementOf(node.id) && isMaskedChoice(elementOf(node.id) as Element)) attributes['value'] = MASK;
    } else if (node.type === 3) node.textContent = textOf(node.textContent, node.id);
    if ('childNodes' in node) node.childNodes.forEach(walk);
  };

  const maskAttributes = (tag: string, attributes: Attributes, id: number): void => {
    for (const name in attributes) {
      const value = attributes[name];
      if (name === 'style' && typeof value === 'object' && mode !== 'open') styles(Object(value) as Attributes);
      if (typeof value !== 'string' || name === 'class') continue;
      const clean = attribute(tag, name, value, id, attributes);
      if (clean === undefined) delete attributes[name];
      else attributes[name] = clean;
    }
  };

  const mutation = (data: Mutation): void => {
    data.adds?.forEach(({ node }) => walk(node));
    data.attributes?.forEach(({ id, attributes }) => maskAttributes(elementOf(id)?.localName ?? 'input', attributes, id));
    data.texts?.forEach((change) => {
      if (change.value) change.value = textOf(change.value, change.id);
    });
  };

  const input = (data: Mutation): void => {
    const element = elementOf(data.id);
    if (data.text) data.text = element ? maskValue(data.text, element as HTMLElement, privacy) : MASK;
  };

  return (event) => {
    if (event.type === META) event.data.href = privacy.url(event.data.href);
    else if (event.type === FULL_SNAPSHOT) walk(event.data.node);
    else if (event.type === INCREMENTAL && event.data.source === SOURCE_MUTATION) mutation(event.data as unknown as Mutation);
    else if (event.type === INCREMENTAL && event.data.source === SOURCE_INPUT) input(event.data as unknown as Mutation);
  };
}
