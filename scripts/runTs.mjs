// Runs a TypeScript program of the repository: `node scripts/runTs.mjs FILE [args…]`. Bundled to .cache/, run in this process.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const [file, ...args] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '..');
const outfile = path.join(root, '.cache/run', `${path.basename(file, '.ts')}-${process.pid}.mjs`);
await mkdir(path.dirname(outfile), { recursive: true });
await esbuild.build({
  entryPoints: [path.resolve(file)],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...args];
const { run } = await import(pathToFileURL(outfile).href);
process.exitCode = await run(args);
