/**
 * Takes out of recorded documents what would act beyond the picture, before it is built.
 *
 * The frame admits no scripts, and inherits the page's policy. What remains are ways to tell other servers who
 * watches what: a page can ask for more of its address to be told than usual (`<meta name="referrer">`, `referrerpolicy`).
 * The address itself is kept from it by `nowhere.ts`.
 */

import { EventType, Source, type RrwebEvent } from './rrweb';

interface Node {
  type: number;
  id: number;
  tagName?: unknown;
  attributes?: Record<string, unknown>;
  childNodes?: unknown[];
}

const NodeType = { Document: 0, Element: 2 } as const;
/** Ids of nodes that were not recorded; recorders count from 1, and what claims to be of ours is left out. */
const OWN_IDS_FROM = 2_000_000_000;

const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline' http: https:",
  'img-src * data: blob:',
  'font-src * data: blob:',
  'media-src * data: blob:',
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const NO_REFERRER = { name: 'referrer', content: 'no-referrer' };

/** Attributes of the `meta` elements that give a frame's document policies of its own, before anything is written into it. */
export const FRAME_POLICIES: Record<string, string>[] = [{ 'http-equiv': 'Content-Security-Policy', content: POLICY }, NO_REFERRER];

/** Relations of a link that reach out before anything is shown. */
const REACHES_OUT = /\b(preconnect|dns-prefetch|prefetch|prerender|preload|modulepreload|manifest)\b/i;

/** Changes the event's nodes and attributes in place. */
export function defuse(event: RrwebEvent): void {
  if (event.type === EventType.FullSnapshot) defuseNode(event.data['node']);
  if (event.type !== EventType.IncrementalSnapshot || event.data['source'] !== Source.Mutation) return;
  for (const name of ['attributes', 'removes', 'texts']) event.data[name] = listOf(event.data[name]).filter((change) => !isOfOurs(change));
  for (const add of listOf(event.data['adds'])) defuseNode((add as { node?: unknown } | null)?.node);
  for (const change of listOf(event.data['attributes'])) defuseAttributes((change as { attributes?: unknown } | null)?.attributes);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const isOfOurs = (change: unknown): boolean => Number((change as { id?: unknown } | null)?.id) >= OWN_IDS_FROM;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'number';

/** Nodes nest deeply: no recursion. */
function defuseNode(root: unknown): void {
  const open: unknown[] = [root];
  const documents: Node[] = [];
  while (open.length > 0) {
    const node = open.pop();
    if (!isNode(node)) continue;
    if (node.type === NodeType.Element) defuseElement(node);
    for (const child of listOf(node.childNodes)) open.push(child);
    if (node.type === NodeType.Document) documents.push(node);
  }
  documents.forEach(giveHead);
}

function defuseElement(node: Node): void {
  const { attributes } = node;
  if (typeof attributes !== 'object' || attributes === null) return;
  defuseAttributes(attributes);
  const isLink = String(node.tagName).toLowerCase() === 'link';
  if (isLink && REACHES_OUT.test(String(valueOf(attributes, 'rel') ?? ''))) remove(attributes, 'href');
}

function defuseAttributes(attributes: unknown): void {
  if (typeof attributes !== 'object' || attributes === null) return;
  const named = attributes as Record<string, unknown>;
  remove(named, 'referrerpolicy');
  remove(named, 'http-equiv');
  remove(named, 'ping');
  if (String(valueOf(named, 'name') ?? '').trim().toLowerCase() === 'referrer') remove(named, 'name');
}

function keyOf(attributes: Record<string, unknown>, name: string): string[] {
  return Object.keys(attributes).filter((key) => key.toLowerCase() === name);
}

function valueOf(attributes: Record<string, unknown>, name: string): unknown {
  const [key] = keyOf(attributes, name);
  return key === undefined ? undefined : attributes[key];
}

function remove(attributes: Record<string, unknown>, name: string): void {
  for (const key of keyOf(attributes, name)) delete attributes[key];
}

/** First in its head, a document is told to keep to itself who looks at it. */
function giveHead(document: Node): void {
  const html = listOf(document.childNodes).find((child): child is Node => isNode(child) && child.type === NodeType.Element);
  const head = listOf(html?.childNodes).find((child): child is Node => isNode(child) && child.tagName === 'head');
  const place = head ?? html;
  if (!place || !Array.isArray(place.childNodes)) return;
  const id = OWN_IDS_FROM + (Number(document.id) || 0);
  place.childNodes.unshift({ type: NodeType.Element, id, tagName: 'meta', attributes: { ...NO_REFERRER }, childNodes: [] });
}
