/**
 * Builds dist/: the ES modules with their types, and the files for script tags, which are also copied to where the
 * Python package serves them from. Fails when the files for script tags grow beyond their budgets, and writes their
 * sizes and hashes into docs/reference/browser-files.md.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';
import { minify } from 'terser';

import { internalNames, trimmed } from './build/rrweb.mjs';

/** gzip -9: what loads before the recorder, and everything together. */
const EARLY_BUDGET = 12_000;
const BUDGET = 40_000;
const SERVED = new URL('../otel_replay/browser/dist/', import.meta.url);
const REFERENCE = new URL('../docs/reference/browser-files.md', import.meta.url);
const here = (path) => new URL(path, import.meta.url);

process.chdir(here('.').pathname);
/** Members that are no private ones, but are used within one of the files only. */
const WITHIN_A_FILE = [
  'varint', 'timeNano', 'ledger', 'retryAfterMs', 'flushOnHide', 'onChunkLost', 'partial', 'troubled', 'hasRoom', 'onProgress', 'onStorm', 'onCheckpointDue', 'onBroken', 'addChunk', 'discard',
  'carrier', 'sessionBaggage', 'traced', 'admit', 'onOnline', 'onRestored', 'onHidden', 'onLeave', 'wantsBody',
];
const OWN_NAMES = ownNames();
/** Shared, for the scripts hand each other objects. */
const nameCache = {};
rmSync('dist', { recursive: true, force: true });

const common = { bundle: true, sourcemap: true, target: 'es2021', logLevel: 'warning', legalComments: 'none' };
await build({
  ...common,
  entryPoints: ['src/index.ts', 'src/late.ts', 'src/opentelemetry.ts', 'src/remote.ts'],
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  packages: 'external',
});

/** The same sources with the loader of script tags, and with rrweb inside, trimmed. */
const forScripts = {
  name: 'for-scripts',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/load$/ }, () => ({ path: here('src/load-script.ts').pathname }));
    onLoad({ filter: /@rrweb[\\/]record[\\/]dist[\\/]record\.js$/ }, ({ path }) => ({ contents: trimmed(readFileSync(path, 'utf8')) }));
  },
};

async function script(entry, name) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [`src/${entry}.ts`],
    outfile: `dist/${name}`,
    format: 'iife',
    sourcemap: 'external',
    write: false,
    plugins: [forScripts],
  });
  const [map, code] = ['.js.map', '.js'].map((end) => outputFiles.find(({ path }) => path.endsWith(end)).text);
  // rrweb writes to the page's console; our own warnings are in the first file.
  const small = await minify(code, {
    ecma: 2020,
    compress: { passes: 4, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, keep_fargs: false, drop_console: entry === 'late-script' },
    mangle: { properties: { regex: OWN_NAMES, keep_quoted: true } },
    nameCache,
    sourceMap: { content: map, filename: name, url: `${name}.map` },
  });
  writeWithDebugId(name, small.code, JSON.parse(small.map));
}

/** https://github.com/tc39/ecma426/blob/main/proposals/debug-id.md: an id in code and map, by which a stack trace finds its map. */
function writeWithDebugId(name, code, map) {
  const hex = createHash('sha256').update(code).digest('hex');
  const debugId = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
  const [body, link] = code.split(/(?=\/\/# sourceMappingURL)/);
  writeFileSync(`dist/${name}`, `${body}//# debugId=${debugId}\n${link}\n`);
  writeFileSync(`dist/${name}.map`, JSON.stringify({ ...map, debugId }));
}

/**
 * Internal members of rrweb, and private ones of our classes, as far as nobody else knows the name: not the browser, not rrweb, and no file whose objects
 * pages see, or storage keeps from one version of the SDK to the next.
 */
function ownNames() {
  const typings = ['lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.es5.d.ts', 'lib.es2015.collection.d.ts', 'lib.es2015.promise.d.ts'].flatMap((name) => find('node_modules/@typescript', name));
  if (typings.length < 4) throw new Error("TypeScript's library files were not found: names of the browser's could be mangled.");
  const outside = ['api', 'index', 'options', 'early', 'stub', 'script', 'resource', 'emitter', 'before-send', 'otlp/model', 'delivery/chunk', 'delivery/item', 'session/store', 'late/offline'];
  const files = ['node_modules/@rrweb/record/dist/record.js', ...typings, ...outside.map((name) => `src/${name}.ts`)];
  const known = new Set(files.flatMap((path) => readFileSync(path, 'utf8').match(/\w+/g) ?? []));
  const browser = new Set(typings.flatMap((path) => readFileSync(path, 'utf8').match(/\w+/g) ?? []));
  const rrweb = internalNames(trimmed(readFileSync('node_modules/@rrweb/record/dist/record.js', 'utf8'))).filter((name) => !browser.has(name));
  const names = find('src', '*.ts').flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bprivate (?:static |readonly |async |get |set )*(\w+)/g)].map(([, name]) => name));
  const ours = [...new Set([...names, ...WITHIN_A_FILE])].filter((name) => !known.has(name));
  return new RegExp(`^(?:${[...ours, ...rrweb].sort().join('|')})$`);
}

function find(folder, name) {
  return execFileSync('find', [folder, '-name', name], { encoding: 'utf8' }).trim().split('\n').filter(Boolean).sort();
}

await script('script', 'otel.js');
await script('late-script', 'otel-late.js');
await script('stub', 'otel-stub.js');
await script('remote-script', 'otel-remote.js');
execFileSync('node_modules/.bin/tsc', ['--emitDeclarationOnly', '--outDir', 'dist'], { stdio: 'inherit' });

mkdirSync(SERVED, { recursive: true });
const files = ['otel.js', 'otel-late.js', 'otel-stub.js', 'otel-remote.js'].map((name) => {
  for (const file of [name, `${name}.map`]) cpSync(here(`dist/${file}`), new URL(file, SERVED));
  const code = readFileSync(`dist/${name}`);
  return { name, bytes: code.length, gzip: gzipSync(code, { level: 9 }).length, sri: `sha384-${createHash('sha384').update(code).digest('base64')}` };
});
const early = files[0].gzip;
// The last is for those who ask for it; all others are what a page loads that records everything.
const all = files.slice(0, -1).reduce((sum, { gzip }) => sum + gzip, 0);
writeReference();
console.log(files.map(({ name, gzip }) => `${name} ${gzip}`).join(', ') + `: ${all} bytes with gzip -9 (budgets ${EARLY_BUDGET} before the recorder, ${BUDGET} in all)`);
if (early > EARLY_BUDGET || all > BUDGET) {
  console.error(`over budget: ${early} of ${EARLY_BUDGET}, ${all} of ${BUDGET} bytes (gzip -9).`);
  process.exit(1);
}

/** Not in a source archive without docs. */
function writeReference() {
  if (!existsSync(REFERENCE)) return;
  const before = readFileSync(REFERENCE, 'utf8');
  const rows = files.map(({ name, bytes, gzip, sri }) => `| \`${name}\` | ${bytes} | ${gzip} | \`${sri}\` |`);
  const after = before.replace(/(<!-- files -->\n)[^]*(?=\n<!-- \/files -->)/, (_, mark) => [mark + '| file | bytes | gzip -9 | integrity |', '|---|---|---|---|', ...rows].join('\n'));
  if (after !== before) writeFileSync(REFERENCE, after);
}
