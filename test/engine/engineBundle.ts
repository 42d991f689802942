import path from 'node:path';
import { build } from 'esbuild';

/** Bundles the engine process; inside the project, so that the bundle finds the runtime beside it. */
export async function buildEngine(name: string): Promise<string> {
  const outfile = path.resolve('node_modules/.sdprompt-test', `${name}.js`);
  await build({
    entryPoints: ['server/src/engine/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['onnxruntime-node'],
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return outfile;
}
