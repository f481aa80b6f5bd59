/** Bundles the scripts of the tests' pages into dist/, each as one file that a script tag loads. */

import { build } from 'esbuild';

await build({
  entryPoints: ['pages/hyperdx.js', 'pages/exporter.js'],
  bundle: true,
  format: 'iife',
  outdir: 'dist',
  logLevel: 'warning',
});
