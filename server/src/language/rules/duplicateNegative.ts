import type { Rule } from './rule';
import { syntaxCheck } from './support/syntaxErrors';

/** Two `Negative prompt:` labels in one block. */
export const duplicateNegative: Rule = {
  id: 'duplicate-negative',
  description: 'A block has more than one `Negative prompt:`; a `---` line may be missing.',
  tags: ['syntax'],
  severity: 'warning',
  fixable: 'no',
  check: syntaxCheck('duplicate-negative'),
};
