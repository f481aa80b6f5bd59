import { beforeEach, expect, it } from 'vitest';

import { apiUrl } from '../src/lib/api';
import { topBar } from '../src/lib/chrome';
import { pageUrl } from '../src/lib/project';

function page(data: Record<string, string>): void {
  const root = document.createElement('div');
  root.id = 'app';
  Object.assign(root.dataset, data);
  document.body.replaceChildren(root);
}

beforeEach(() => page({}));

it('addresses the default project at the root', () => {
  expect(pageUrl('/sessions')).toBe('/sessions');
  expect(apiUrl('/sessions', { q: 'x' })).toBe('/api/v1/sessions?q=x');
});

it('addresses another project under its path', () => {
  page({ base: '/projects/billing' });
  expect(pageUrl('/sessions')).toBe('/projects/billing/sessions');
  expect(apiUrl('/sessions')).toBe('/projects/billing/api/v1/sessions');
});

it('offers the choice of a project only where there are several', () => {
  expect(topBar().querySelector('select')).toBeNull();
  const all = [
    { name: 'otel', base: '' },
    { name: 'billing', base: '/projects/billing' },
  ];
  page({ project: 'billing', base: '/projects/billing', projects: JSON.stringify(all) });
  const select = topBar().querySelector('select');
  expect(select?.getAttribute('aria-label')).toBe('Project');
  expect([...(select?.options ?? [])].map((option) => [option.text, option.selected])).toEqual([
    ['otel', false],
    ['billing', true],
  ]);
});
