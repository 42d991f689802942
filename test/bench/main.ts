import { mkdirSync, writeFileSync } from 'node:fs';
import { BENCHES } from './index';

/**
 * `npm run bench -- [NAME…] [--smoke]`. Every bench prints ratios of two things measured in the same run; `--smoke`
 * runs each at its smallest, to show that it still works, and claims nothing about speed.
 */
export async function run(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    console.error(`No bench named ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`);
    return 2;
  }
  let passed = 0;
  let failed = 0;
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    console.log(`\n> bench ${name}`);
    try {
      const code = await BENCHES[name]!(args.filter((arg) => arg.startsWith('--')));
      if (code === 0) passed++;
      else failed++;
    } catch (error) {
      console.error(error);
      failed++;
    }
  }
  mkdirSync('test-results', { recursive: true });
  writeFileSync('test-results/bench.json', JSON.stringify({ passed, failed }));
  console.log(`\nbenches: ${passed} ran, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}
