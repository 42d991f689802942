import { spawnSync } from 'node:child_process';
import { MUTANTS, type Mutant } from './mutants';

/** Share of the mutants that the tests must catch. */
const CAUGHT = 0.95;

/**
 * `npm run mutants [-- NAME…]`: tries every mutant, or those of the named rules, against the one test file that has to
 * notice, and prints the table that README.md keeps.
 */
export async function run(names: readonly string[]): Promise<number> {
  const chosen = MUTANTS.map((mutant, index) => ({ mutant, index })).filter(
    ({ mutant }) => names.length === 0 || names.includes(mutant.of),
  );
  if (chosen.length === 0) {
    console.error(`No mutant is called ${names.join(', ')}.`);
    return 2;
  }
  const tests = [...new Set(chosen.map(({ mutant }) => mutant.test))];
  if (!passes(tests, undefined)) {
    console.error('The tests fail without any mutant; mend that first.');
    return 2;
  }
  console.log('| of | what breaks | caught by |\n| -- | ----------- | --------- |');
  let caught = 0;
  for (const { mutant, index } of chosen) {
    const isCaught = !passes([mutant.test], index);
    if (isCaught) caught++;
    console.log(row(mutant, isCaught));
  }
  console.log(`\n${caught} of ${chosen.length} caught.`);
  return caught >= CAUGHT * chosen.length ? 0 : 1;
}

/** A line of the table: what was broken, and which test noticed. */
export function row({ of, why, test }: Mutant, isCaught: boolean): string {
  return `| ${of} | ${why.replaceAll('|', '\\|')} | ${isCaught ? test.replace(/^rules\//, '') : '**nobody**'} |`;
}

function passes(tests: readonly string[], mutant: number | undefined): boolean {
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'test/mutation/vitest.config.ts',
      '--bail',
      '1',
      ...tests.map((test) => `test/unit/${test}`),
    ],
    { stdio: 'ignore', env: { ...process.env, MUTANT: mutant?.toString() } },
  );
  return status === 0;
}
