import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '../dist');
const reference = join(import.meta.dirname, '../../docs/reference/browser-files.md');
const isBuilt = existsSync(join(dist, 'otel.js'));
const FILES = ['otel.js', 'otel-late.js', 'otel-stub.js', 'otel-remote.js'];

test.skipIf(!isBuilt).each(FILES)('the documented hash of %s is that of the built file, and its map has its debug id', (name) => {
  const code = readFileSync(join(dist, name));
  const hash = `sha384-${createHash('sha384').update(code).digest('base64')}`;
  expect(readFileSync(reference, 'utf8')).toContain(`| \`${name}\` | ${code.length} |`);
  expect(readFileSync(reference, 'utf8')).toContain(hash);
  const debugId = /\/\/# debugId=([0-9a-f-]{36})/.exec(code.toString())?.[1];
  const map = JSON.parse(readFileSync(join(dist, `${name}.map`), 'utf8')) as { debugId: string; sources: string[] };
  expect(map.debugId).toBe(debugId);
  expect(map.sources.join()).toContain('.ts');
});

test.skipIf(!isBuilt)('no name of a file or in a file is on the lists of blockers', () => {
  for (const name of FILES) expect(name).not.toMatch(/replay|record|track|analytics|session/);
});
