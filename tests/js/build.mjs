/** Bundles the scripts of the tests' pages into dist/, each as one file that a script tag loads. */

import { build } from 'esbuild';

await build({
  entryPoints: ['hyperdx', 'exporter', 'otel2', 'otel3', 'browser-sdk', 'frameworks'].map((name) => `pages/${name}.js`),
  bundle: true,
  format: 'iife',
  outdir: 'dist',
  logLevel: 'warning',
  // Vue with its compiler, for templates that are text.
  alias: { vue: 'vue/dist/vue.esm-bundler.js' },
  define: {
    'process.env.NODE_ENV': '"production"',
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
});
