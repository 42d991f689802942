import { type Mutant, ofRule } from './mutant';

/** Slips that are legal text: other programs' notations, and brackets that were meant as text. */
export const SLIPS: readonly Mutant[] = [
  ofRule(
    'booru-parentheses',
    'booruParentheses',
    'safe: sure,',
    'safe: true,',
    '--fix escapes `(medium)` unasked',
  ),
  ofRule(
    'bare-weight',
    'support/bareWeights',
    '.length <= SHORT;',
    '.length > 0;',
    '--fix weighs a whole sentence',
  ),
  ofRule(
    'foreign-weight',
    'support/foreignWeights',
    'shortNumber(BRACE ** depth)})`',
    'shortNumber(BRACE * depth)})`',
    'braces add up',
  ),
  ofRule(
    'slash-comment',
    'slashComment',
    'READS.has(target) ||',
    'READS.size === 0 ||',
    "ComfyUI's own comments are reported",
  ),
  ofRule(
    'and-in-words',
    'andInWords',
    'if (!isPair && !isCapitals) return undefined;',
    'if (!isPair && !left && !right) return undefined;',
    '`a CAT AND a dog` is reported',
  ),
];
