import { describe, expect, it } from 'vitest';
import { defuse } from '../src/player/defuse';
import type { RrwebEvent } from '../src/player/rrweb';

const element = (tagName: string, attributes: Record<string, unknown> = {}, childNodes: unknown[] = []) => ({ type: 2, id: 1, tagName, attributes, childNodes });
const snapshot = (...body: unknown[]): RrwebEvent => ({
  type: 2,
  timestamp: 0,
  data: { node: { type: 0, id: 1, childNodes: [{ type: 1, id: 2, name: 'html' }, element('html', {}, [element('head'), element('body', {}, body)])] } },
});
const mutation = (data: Record<string, unknown>): RrwebEvent => ({ type: 3, timestamp: 0, data: { source: 0, ...data } });

describe('a recorded document', () => {
  it('keeps to itself who looks at it, first of all', () => {
    const event = snapshot();
    defuse(event);
    const { node } = event.data as { node: { childNodes: { childNodes: { childNodes: { attributes: unknown }[] }[] }[] } };
    expect(node.childNodes[1]!.childNodes[0]!.childNodes[0]!.attributes).toEqual({ name: 'referrer', content: 'no-referrer' });
  });

  it.each([
    [element('meta', { name: ' Referrer', content: 'unsafe-url' }), { content: 'unsafe-url' }],
    [element('meta', { 'HTTP-Equiv': 'refresh', content: '0' }), { content: '0' }],
    [element('img', { src: '/a', referrerPolicy: 'unsafe-url' }), { src: '/a' }],
    [element('a', { href: '/a', ping: '/b' }), { href: '/a' }],
    [element('link', { rel: 'Preconnect', href: '//a' }), { rel: 'Preconnect' }],
    [element('link', { rel: 'stylesheet', href: '/a.css' }), { rel: 'stylesheet', href: '/a.css' }],
    [element('meta', { name: 'viewport', content: 'x' }), { name: 'viewport', content: 'x' }],
  ])('loses what reaches beyond the picture, and nothing else: %o', (node, attributes) => {
    defuse(snapshot(node));
    expect(node.attributes).toEqual(attributes);
  });

  it('does so with what is added and changed later', () => {
    const node = element('div', {}, [element('img', { referrerpolicy: 'unsafe-url' })]);
    const change = { id: 5, attributes: { referrerpolicy: 'unsafe-url', class: 'a' } };
    defuse(mutation({ adds: [{ parentId: 1, nextId: null, node }], attributes: [change] }));
    expect([node.childNodes, change.attributes]).toEqual([[element('img')], { class: 'a' }]);
  });

  it('cannot change or remove what was added to it', () => {
    const event = snapshot();
    defuse(event);
    const { node } = event.data as { node: { childNodes: { childNodes: { childNodes: { id: number }[] }[] }[] } };
    const ours = node.childNodes[1]!.childNodes[0]!.childNodes.slice(0, 1).map(({ id }) => id);
    const change = mutation({ adds: [], texts: [], attributes: [{ id: ours[0], attributes: { content: 'unsafe-url' } }, { id: 7, attributes: {} }], removes: ours.map((id) => ({ parentId: 4, id })) });
    defuse(change);
    expect(change.data).toMatchObject({ attributes: [{ id: 7 }], removes: [] });
  });

  it.each([snapshot(null), mutation({ adds: [null, { node: 7 }], attributes: {} }), mutation({ attributes: [null, { attributes: 'x' }] }), { type: 2, timestamp: 0, data: {} }])(
    'may be nonsense: %o',
    (event) => expect(() => defuse(event)).not.toThrow(),
  );

  it('may nest deeply', () => {
    let node = element('i');
    for (let depth = 0; depth < 100_000; depth += 1) node = element('b', {}, [node]);
    expect(() => defuse(snapshot(node))).not.toThrow();
  });
});
