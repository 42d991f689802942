import { inTest, type Mutant } from './mutant';

const syntax = inTest('syntax');

/** Tags and brackets that do not end, or end the wrong way. */
export const SYNTAX: readonly Mutant[] = [
  syntax('unclosed-tag', 'unclosedTag', 'safe: true', 'safe: false', '--fix leaves tags open'),
  syntax('empty-tag', 'emptyTag', 'safe: false', 'safe: true', '--fix removes tags unasked'),
  syntax(
    'unknown-tag-type',
    'unknownTagType',
    'if (known.includes(lower)) {',
    'if (known.includes(type)) {',
    '`<LORA:` is no case slip',
  ),
  syntax(
    'unknown-tag-type',
    'unknownTagType',
    "newText = match[0].replace(/\\s+/gu, '')",
    "newText = match[0].replace(/^\\s+/gu, '')",
    '`< lora:` is "fixed" into itself',
  ),
  syntax(
    'unbalanced-bracket',
    'unbalancedBracket',
    'safe: !changes',
    'safe: true',
    'closing a bracket may make a weight, unasked',
  ),
  syntax('unbalanced-bracket', 'unbalancedBracket', '(?:[\\s,]|$)', '(?:[\\s]|$)', '`:), ` is no face'),
  syntax(
    'nesting-too-deep',
    'nestingTooDeep',
    "syntaxCheck('nesting-too-deep')",
    "syntaxCheck('nesting-deep')",
    'nothing is reported',
  ),
  syntax(
    'duplicate-negative',
    'duplicateNegative',
    "severity: 'warning'",
    "severity: 'error'",
    'a working prompt is red',
  ),
];
