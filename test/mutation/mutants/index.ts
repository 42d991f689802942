import { LORAS } from './loras';
import { MACHINERY } from './machinery';
import type { Mutant } from './mutant';
import { PARAMETERS } from './parameters';
import { SLIPS } from './slips';
import { STYLE } from './style';
import { SYNTAX } from './syntax';
import { WEIGHTS } from './weights';

export type { Mutant } from './mutant';

/** Breakages of every rule and of what all rules stand on. `npm run mutants` tries each; the tests must fail. */
export const MUTANTS: readonly Mutant[] = [
  ...SYNTAX,
  ...LORAS,
  ...WEIGHTS,
  ...STYLE,
  ...PARAMETERS,
  ...MACHINERY,
  ...SLIPS,
];
