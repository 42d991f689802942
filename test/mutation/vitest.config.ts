import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { MUTANTS } from './mutants';

/** The number of the mutant in the list; none: the code as it is. */
const mutant = process.env.MUTANT === undefined ? undefined : MUTANTS[Number(process.env.MUTANT)];
const mutated = mutant && path.resolve('server/src/language', mutant.file);

/** Breaks a file while it is loaded, so that nothing on disk is ever broken. */
export default defineConfig({
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      load: (id) =>
        mutant && id === mutated
          ? readFileSync(id, 'utf8').replace(mutant.find, () => mutant.replace)
          : undefined,
    },
  ],
  test: {
    include: ['test/unit/{rules,analysis,domain}/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
  },
});
