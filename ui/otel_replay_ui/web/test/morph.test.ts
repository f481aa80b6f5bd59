// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { h } from '../src/lib/dom';
import { icon } from '../src/lib/icons';
import { morph } from '../src/lib/morph';

describe('morph', () => {
  it.each([
    ['texts', h('p', {}, 'one'), h('p', {}, 'two')],
    ['attributes that come, change and go', h('p', { title: 'a', 'aria-current': 'true' }), h('p', { title: 'b', data: { at: 1 } })],
    ['more and fewer children', h('p', {}, h('b', {}, 'x'), ' ', 'y'), h('p', {}, h('i', {}, 'z'))],
    ['children of another kind', h('p', {}, h('span', {}, 'none')), h('p', {}, h('button', { type: 'button' }, icon('trace', 14)))],
    ['icons', h('p', {}, icon('play', 14)), h('p', {}, icon('pause', 14))],
    ['styles', h('p', { style: { left: '3px' } }), h('p', { style: { left: '4px', width: '1px' } })],
  ])('makes one element equal to the other: %s', (_what, element, built) => {
    const wanted = built.cloneNode(true);
    morph(element, built);
    expect(element.isEqualNode(wanted)).toBe(true);
  });

  it('keeps what does not differ', () => {
    const element = h('p', { class: 'row' }, h('span', {}, 'one'), h('span', {}, 'two'));
    const children = [...element.children];
    morph(element, h('p', { class: 'row' }, h('span', {}, 'one'), h('span', {}, 'three')));
    expect([...element.children]).toEqual(children);
    expect(children[1]!.textContent).toBe('three');
  });
});
