import { type Mutant, ofRule } from './mutant';

/** Weights of words, and schedules. */
export const WEIGHTS: readonly Mutant[] = [
  ofRule(
    'attention-weight',
    'attentionWeight',
    'value > options.max) {',
    'value >= options.max) {',
    'a weight of 2 is out of range',
  ),
  ofRule(
    'attention-weight',
    'attentionWeight',
    "parent.type === 'group' ? weightOf(parent) : 1",
    "parent.type === 'group' ? 1 : 1",
    'brackets in brackets do not multiply',
  ),
  ofRule(
    'suspicious-weight',
    'suspiciousWeight',
    'safe: isRatio,',
    'safe: true,',
    '--fix changes a weight that may be meant',
  ),
  ofRule(
    'suspicious-weight',
    'support/suspicious',
    "return { kind: 'face', range: group.range };",
    'return undefined;',
    '`(:3)` vanishes silently',
  ),
  ofRule(
    'bracket-number',
    'bracketNumber',
    'shortNumber(1 / when.value)',
    'shortNumber(when.value - 1)',
    'the fix weakens by another number',
  ),
  ofRule(
    'break-in-brackets',
    'breakInBrackets',
    "parent.type === 'group'",
    "parent.type !== 'group'",
    'BREAK in brackets passes',
  ),
  ofRule(
    'schedule-disabled',
    'scheduleDisabled',
    "if (text[range.start] === '\\\\')",
    "if (text[range.start] === '/')",
    'the backslash is not named',
  ),
  ofRule(
    'schedule-never-switches',
    'scheduleNeverSwitches',
    'value * steps < 1',
    'value * steps <= 1',
    'the first step is before the first',
  ),
  ofRule(
    'schedule-never-switches',
    'scheduleNeverSwitches',
    "parameter.key.startsWith('Hires')",
    "parameter.key.startsWith('HiRes')",
    'the second pass is forgotten',
  ),
];
