import type { Rule } from './rule';
import { syntaxCheck } from './support/syntaxErrors';

/** `<lora:name:1` without its end. */
export const unclosedTag: Rule = {
  id: 'unclosed-tag',
  description: 'A `<type:…` tag has no `>` on its line.',
  tags: ['syntax'],
  severity: 'error',
  fixable: 'safe',
  check: syntaxCheck('unclosed-tag', ({ range }, { document }) => {
    const text = document.text.slice(range.start, range.end);
    const end = range.start + text.trimEnd().length;
    return {
      fixes: [{ title: 'Add `>`', safe: true, edits: [{ range: { start: end, end }, newText: '>' }] }],
    };
  }),
};
