import { inTest, type Mutant, ofRule } from './mutant';

const suppress = inTest('suppress');
const run = inTest('run');
const fix = inTest('fix');

/** What all rules stand on. */
export const MACHINERY: readonly Mutant[] = [
  ofRule(
    'unused-suppression',
    'run',
    'if (entry.rule !== undefined && isSilent(entry.rule, levels)) continue;',
    '',
    'a rule that is off makes comments unused',
  ),
  ofRule(
    'unknown-suppression',
    'unknownSuppression',
    'safe: index === 0',
    'safe: false',
    '--fix leaves misspelt names',
  ),
  suppress(
    'directives',
    'suppress',
    '? lineRange(own + 1)',
    '? { start: lines.lineStart(own + 1), end: Number.POSITIVE_INFINITY }',
    'the next line is every next line',
  ),
  ofRule(
    'internal-rule-error',
    'internalRuleError',
    'error instanceof Error ? error.message : String(error)',
    "'something'",
    'nobody learns why the rule failed',
  ),
  run(
    'settings',
    'run',
    "severity: level === 'on' ? (finding.severity ?? rule.severity) : level",
    "severity: finding.severity ?? (level === 'on' ? rule.severity : level)",
    'a configured severity is overruled',
  ),
  fix(
    'fixes',
    'fix',
    'range.end < other.range.start || range.start > other.range.end',
    'range.end <= other.range.start || range.start >= other.range.end',
    'fixes that touch are both applied',
  ),
  fix(
    'fixes',
    'fix',
    'if (syntaxCount(after) <= syntaxCount(findings)) {\n      current',
    'if (true) {\n      current',
    'a fix may break the text',
  ),
];
