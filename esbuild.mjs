// Builds the five bundles. `--production` minifies. Also writes dist/meta.json for the house test, and the
// notices of the packages inside.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { noticesOf } from './scripts/notices.mjs';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

const IMPORT_META_URL = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;";

/** @type {import('esbuild').BuildOptions} */
const node = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outdir: 'dist',
  external: ['vscode', 'onnxruntime-node'],
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  // Prefer the ES module builds: some UMD builds hide their requires from the bundler.
  mainFields: ['module', 'main'],
  // Some ES modules ask where they are; in a CommonJS bundle that is the bundle.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: IMPORT_META_URL },
};

/** @type {import('esbuild').BuildOptions[]} */
const builds = [
  { ...node, entryPoints: { client: 'client/src/extension.ts' } },
  { ...node, entryPoints: { server: 'server/src/lsp/main.ts' } },
  { ...node, entryPoints: { engine: 'server/src/engine/main.ts' } },
  {
    ...node,
    entryPoints: { cli: 'server/src/cli/main.ts' },
    banner: { js: `#!/usr/bin/env node\n${IMPORT_META_URL}` },
  },
  {
    ...node,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: { preview: 'media/preview/main.ts' },
    external: [],
    define: {},
    banner: {},
  },
];

await mkdir('dist', { recursive: true });
if (watch) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  const results = await Promise.all(builds.map((options) => esbuild.build(options)));
  const bundles = Object.assign({}, ...results.map((result) => result.metafile.outputs));
  await writeFile('dist/meta.json', JSON.stringify(bundles));
  await writeFile('dist/ThirdPartyNotices.txt', noticesOf(bundles));
}
await copyFile('media/preview/preview.css', 'dist/preview.css');
for (const codec of [
  'jpeg/codec/dec/mozjpeg_dec',
  'jpeg/codec/enc/mozjpeg_enc',
  'webp/codec/dec/webp_dec',
  'webp/codec/enc/webp_enc',
])
  await copyFile(`node_modules/@jsquash/${codec}.wasm`, `dist/${codec.split('/').at(-1)}.wasm`);
