// Builds static/dist: one script per page, shared chunks, one style sheet, each compressed beside itself, and
// manifest.json, which tells the server what the files of a page are called. Fails when a page's scripts are too big.
import { build } from 'esbuild';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '..', 'static', 'dist');
const SCRIPT_LIMIT_BYTES = 300_000;

const outputs = {};

const manifestPlugin = {
  name: 'manifest',
  setup(builder) {
    builder.onEnd((result) => {
      if (result.errors.length === 0) Object.assign(outputs, result.metafile.outputs);
    });
  },
};

const common = {
  absWorkingDir: here,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  outdir: dist,
  bundle: true,
  target: ['chrome123', 'firefox120', 'safari17.5'],
  minify: true,
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
  plugins: [manifestPlugin],
};

const builds = [
  {
    ...common,
    splitting: true,
    format: 'esm',
    entryPoints: {
      sessions: 'src/pages/sessions.ts',
      session: 'src/pages/session.ts',
      trace: 'src/pages/trace.ts',
      status: 'src/pages/status.ts',
      sql: 'src/pages/sql.ts',
      app: 'src/styles/app.css',
    },
  },
  // Runs before the page is drawn, which a module cannot.
  { ...common, format: 'iife', entryPoints: { theme: 'src/pages/theme.ts' } },
];

/** Every chunk that loading `output` pulls in, without the lazily imported ones. */
function staticImports(output, seen = new Set()) {
  for (const { path, kind } of outputs[output].imports) {
    if (kind !== 'import-statement' || seen.has(path)) continue;
    seen.add(path);
    staticImports(path, seen);
  }
  return [...seen];
}

function writeManifest() {
  const manifest = {};
  const sizes = [];
  for (const [output, info] of Object.entries(outputs)) {
    if (!info.entryPoint) continue;
    const page = basename(info.entryPoint).replace(/\.(ts|css)$/, '');
    const preload = staticImports(output);
    const isStyle = output.endsWith('.css');
    manifest[page] = {
      js: isStyle ? '' : basename(output),
      css: isStyle ? basename(output) : '',
      preload: preload.map((path) => basename(path)),
    };
    sizes.push([page, gzipBytes([output, ...preload])]);
  }
  writeFileSync(join(dist, 'manifest.json'), JSON.stringify(manifest, null, 1));
  report(sizes);
}

function gzipBytes(paths) {
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(here, path))).length, 0);
}

function report(sizes) {
  for (const [page, bytes] of sizes) console.log(`${page.padEnd(10)} ${(bytes / 1000).toFixed(1)} kB gzip`);
  const tooBig = sizes.filter(([, bytes]) => bytes > SCRIPT_LIMIT_BYTES);
  if (tooBig.length > 0) throw new Error(`over ${SCRIPT_LIMIT_BYTES} bytes of script: ${tooBig.join(', ')}`);
}

/** As the server sends them. */
function writeCompressed() {
  for (const output of Object.keys(outputs).filter((path) => /\.(js|css)$/.test(path))) {
    writeFileSync(join(here, `${output}.gz`), gzipSync(readFileSync(join(here, output)), { level: 9 }));
  }
}

rmSync(dist, { recursive: true, force: true });
for (const options of builds) await build(options);
writeCompressed();
writeManifest();
