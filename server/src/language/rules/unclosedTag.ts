import type { Rule } from './rule';
import { syntaxCheck } from './support/syntaxErrors';

/** `<lora:name:1` without its end. */
export const unclosedTag: Rule = {
  id: 'unclosed-tag',
  description: 'A `<type:…` tag has no `>` on its line.',
  tags: ['syntax'],
  severity: 'error',
  fixable: 'safe',
  check: syntaxCheck('unclosed-tag', ({ range: { end } }) => ({
    fixes: [{ title: 'Add `>`', safe: true, edits: [{ range: { start: end, end }, newText: '>' }] }],
  })),
};
