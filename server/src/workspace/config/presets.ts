import { RULES } from '../../language/rules';
import type { RuleSettings, Severity } from '../../language/rules/rule';

/** One step up for what a strict repository does not let pass; errors stay what they are, finding by finding. */
const STRICTER: Readonly<Partial<Record<Severity, Severity>>> = {
  warning: 'error',
  info: 'warning',
  hint: 'warning',
};

/**
 * Named starting points for `extends`. `recommended` is every rule at its own default and so says nothing.
 */
export const PRESETS: Readonly<Record<string, RuleSettings>> = {
  recommended: {},
  /** For a repository that is reviewed: warnings fail the run, advice becomes a warning. */
  strict: Object.fromEntries(
    RULES.flatMap((rule): [string, Severity][] => {
      const level = STRICTER[rule.severity];
      return level ? [[rule.id, level]] : [];
    }),
  ),
  /** For texts that go into pictures that are uploaded: what a reader of their metadata trips over fails the run. */
  'civitai-upload': {
    'infotext-would-not-parse': 'error',
    'unparsed-parameter': 'error',
    'lora-in-negative': 'error',
    'lora-name-unwritable': 'error',
    'invalid-parameter': 'error',
    'unknown-parameter': 'off',
    'missing-trigger-word': 'off',
  },
};
