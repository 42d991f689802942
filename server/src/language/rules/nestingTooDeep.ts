import type { Rule } from './rule';
import { syntaxCheck } from './support/syntaxErrors';

/** More brackets inside brackets than the tree shows. */
export const nestingTooDeep: Rule = {
  id: 'nesting-too-deep',
  description: 'Brackets are nested deeper than any prompt can mean.',
  tags: ['syntax'],
  severity: 'error',
  fixable: 'no',
  check: syntaxCheck('nesting-too-deep'),
};
