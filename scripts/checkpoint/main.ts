import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkpointOf } from './convert';

/**
 * `node scripts/runTs.mjs scripts/checkpoint/main.ts OUT.safetensors [--f32] [--model FOLDER]`: the built-in model as
 * one checkpoint in LDM's layout, for a test, a bench, or to load it into another program.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { f32: { type: 'boolean' }, model: { type: 'string' } },
    allowPositionals: true,
  });
  const [target] = positionals;
  if (target === undefined || positionals.length > 1) {
    console.error('Give the file to write, for example demo.safetensors.');
    return 2;
  }
  const folder = path.resolve(values.model ?? 'media/demo-model');
  const bytes = checkpointOf(folder, { dtype: values.f32 ? 'F32' : 'F16', architecture: 'demo' });
  writeFileSync(target, bytes, { flag: 'wx' });
  console.log(`${target}  ${(bytes.length / 2 ** 20).toFixed(1)} MB`);
  return 0;
}
