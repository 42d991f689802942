import path from 'node:path';

/** One deliberate breakage of a rule's code. */
export interface Mutant {
  /** The rule it breaks, or the part of the machinery. */
  readonly of: string;
  /** Below `server/src/language`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What a user would see. */
  readonly why: string;
  /** The test file below `test/unit` that has to notice. */
  readonly test: string;
}

/**
 * Makes mutants that one test file has to notice; `test` is relative to `test/unit/rules`, `file` to
 * `server/src/language/rules`.
 */
export const inTest =
  (test: string) =>
  (of: string, file: string, find: string, replace: string, why: string): Mutant => ({
    of,
    file: path.posix.join('rules', `${file}.ts`),
    find,
    replace,
    why,
    test: path.posix.join('rules', `${test}.test.ts`),
  });

/** Makes a mutant that the tests of the rule it breaks have to notice. */
export const ofRule = (of: string, file: string, find: string, replace: string, why: string): Mutant =>
  inTest(of)(of, file, find, replace, why);
