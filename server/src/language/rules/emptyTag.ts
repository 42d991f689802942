import type { Rule } from './rule';
import { removalRange } from './support/removal';
import { syntaxCheck } from './support/syntaxErrors';

/** `<lora:>` and `<lora::1>`. */
export const emptyTag: Rule = {
  id: 'empty-tag',
  description: 'A tag names nothing.',
  tags: ['syntax'],
  severity: 'error',
  fixable: 'unsafe',
  check: syntaxCheck('empty-tag', ({ range }, { document }) => ({
    fixes: [
      {
        title: 'Remove the tag',
        safe: false,
        edits: [{ range: removalRange(document, range), newText: '' }],
      },
    ],
  })),
};
