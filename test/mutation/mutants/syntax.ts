import { type Mutant, ofRule } from './mutant';

/** Tags and brackets that do not end, or end the wrong way. */
export const SYNTAX: readonly Mutant[] = [
  ofRule(
    'unclosed-tag',
    'unclosedTag',
    "'Add `>`',\n        safe: true",
    "'Add `>`',\n        safe: false",
    '--fix leaves tags open',
  ),
  ofRule('empty-tag', 'emptyTag', 'safe: false', 'safe: true', '--fix removes tags unasked'),
  ofRule(
    'unknown-tag-type',
    'unknownTagType',
    'if (known.includes(lower)) {',
    'if (known.includes(type)) {',
    '`<LORA:` is no case slip',
  ),
  ofRule(
    'unknown-tag-type',
    'unknownTagType',
    "newText = match[0].replace(/\\s+/gu, '')",
    "newText = match[0].replace(/^\\s+/gu, '')",
    '`< lora:` is "fixed" into itself',
  ),
  ofRule(
    'unbalanced-bracket',
    'unbalancedBracket',
    'safe: !changes',
    'safe: true',
    'closing a bracket may make a weight, unasked',
  ),
  ofRule('unbalanced-bracket', 'unbalancedBracket', '(?:[\\s,]|$)', '(?:[\\s]|$)', '`:), ` is no face'),
  ofRule(
    'nesting-too-deep',
    'nestingTooDeep',
    "syntaxCheck('nesting-too-deep')",
    "syntaxCheck('nesting-deep')",
    'nothing is reported',
  ),
  ofRule(
    'duplicate-negative',
    'duplicateNegative',
    "severity: 'warning'",
    "severity: 'error'",
    'a working prompt is red',
  ),
];
