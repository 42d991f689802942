import { RULES } from '../../language/rules';
import type { RuleSettings, Severity } from '../../language/rules/rule';

/**
 * Rules that weigh their findings themselves: a stray `)` and a face, a misspelt sampler and one of an extension. A level of
 * the preset would make all of them equal, and errors of trifles.
 */
const OWN_SEVERITIES: ReadonlySet<string> = new Set([
  'unknown-tag-type',
  'unbalanced-bracket',
  'lora-weight',
  'attention-weight',
  'useless-escape',
  'full-width-punctuation',
  'invalid-parameter',
  'unknown-model',
  'unknown-embedding',
  'portability',
  'lockfile-mismatch',
]);

/** Advice that long, ordinary prompts cannot heed: it stays advice. */
const TRIFLES: ReadonlySet<string> = new Set(['token-budget', 'leftover-trigger-word']);

/** One step up for what a strict repository does not let pass. */
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
  /** For a repository that is reviewed: what changes the picture fails the run, advice becomes a warning. */
  strict: Object.fromEntries(
    RULES.flatMap((rule): [string, Severity][] => {
      const level = STRICTER[rule.severity];
      return level && !OWN_SEVERITIES.has(rule.id) && !TRIFLES.has(rule.id) ? [[rule.id, level]] : [];
    }),
  ),
  /** For texts that go into pictures that are uploaded: what a reader of their metadata trips over fails the run. */
  'civitai-upload': {
    'infotext-would-not-parse': ['error', { strictParameters: true }],
    'unparsed-parameter': 'error',
    'lora-in-negative': 'error',
    'lora-name-unwritable': 'error',
    'invalid-parameter': 'error',
    'unknown-parameter': 'off',
    'missing-trigger-word': 'off',
  },
};
