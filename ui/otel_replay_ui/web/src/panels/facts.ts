/** Names and values in two columns, and blocks of code: what details are made of. */

import { copyText } from '../lib/chrome';
import { h, type Child } from '../lib/dom';
import { icon } from '../lib/icons';
import type { Attributes } from '../lib/types';

export type Fact = [name: string, value: Child];

/** Facts under a heading; what is not known is left out, and the section with it when nothing is. */
export function factSection(title: string, facts: Fact[], heading: 'h2' | 'h3' = 'h3'): HTMLElement {
  const known = facts.filter(([, value]) => value !== '' && value !== null && value !== undefined);
  const rows = known.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]);
  return h('section', { class: 'facts', hidden: known.length === 0 }, h(heading, {}, title), h('dl', {}, ...rows));
}

/** Attributes as they were recorded, in order of their names. */
export function attributeSection(title: string, attributes: Attributes): HTMLElement {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = sorted.flatMap(([name, value]) => [h('dt', { class: 'mono' }, name), h('dd', { class: 'mono' }, String(value))]);
  return h('section', { class: 'facts attributes', hidden: sorted.length === 0 }, title && h('h3', {}, title), h('dl', {}, ...rows));
}

/** What every record of the browser carries; it says nothing of the one. */
const COMMON = /^(session\.|user\.|log\.record\.uid$)/;

/** The attributes that are not `shown` elsewhere, nor the same on every record. */
export function otherAttributes(attributes: Attributes, shown: readonly string[] = []): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !COMMON.test(name) && !shown.includes(name)));
}

/** There are few names, and to ask the pattern about each of a million attributes takes longer than all else. */
const knownNames = new Map<string, boolean>();

function isCommon(name: string): boolean {
  let common = knownNames.get(name);
  if (common === undefined) knownNames.set(name, (common = COMMON.test(name)));
  return common;
}

/** The same as one text to search in; a loop, since it is done for each of 100,000 events. */
export function attributeText(attributes: Attributes): string {
  let text = '';
  for (const name in attributes) if (!isCommon(name)) text += `\n${attributes[name]}`;
  return text;
}

/** A text as it stands, JSON laid out; with a button that copies it. */
export function codeSection(title: string, text: string, note = ''): HTMLElement | null {
  if (text === '') return null;
  const shown = layOut(text);
  const copy = h('button', { class: 'icon-button small', type: 'button', 'aria-label': `Copy: ${title}`, title: 'Copy', on: { click: () => void copyText(text, 'Copied') } }, icon('copy', 13));
  return h('section', { class: 'facts code-block' }, h('h3', {}, title, note && h('small', {}, note)), h('div', { class: 'code-box' }, h('pre', { tabindex: '0', role: 'region', 'aria-label': title }, shown), copy));
}

/** JSON with line breaks; anything else unchanged. */
export function layOut(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // cut off, or no JSON after all
  }
}
