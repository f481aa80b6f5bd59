/**
 * Builds dist/: the ES module with its types, and otel.js for script tags, which is also copied to where
 * the Python package serves it from. Fails when otel.js grows beyond its budget.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

const BUDGET_BYTES = 40_000;
const SERVED = new URL('../otel_replay/browser/dist/', import.meta.url);
const here = (path) => new URL(path, import.meta.url);

process.chdir(here('.').pathname);
rmSync('dist', { recursive: true, force: true });

const common = { bundle: true, sourcemap: true, target: 'es2020', logLevel: 'warning' };
await build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.js', format: 'esm', packages: 'external' });
await build({
  ...common,
  entryPoints: ['src/script.ts'],
  outfile: 'dist/otel.js',
  format: 'iife',
  globalName: 'otelReplay',
  minify: true,
  legalComments: 'none',
});
execFileSync('node_modules/.bin/tsc', ['--emitDeclarationOnly', '--outDir', 'dist'], { stdio: 'inherit' });

mkdirSync(SERVED, { recursive: true });
for (const file of ['otel.js', 'otel.js.map']) cpSync(here(`dist/${file}`), new URL(file, SERVED));

const size = gzipSync(readFileSync('dist/otel.js'), { level: 9 }).length;
console.log(`dist/otel.js: ${size} bytes with gzip -9 (budget ${BUDGET_BYTES})`);
if (size > BUDGET_BYTES) {
  console.error(`dist/otel.js is ${size - BUDGET_BYTES} bytes over its budget of ${BUDGET_BYTES} (gzip -9).`);
  process.exit(1);
}
