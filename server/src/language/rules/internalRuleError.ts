import type { Rule, RuleFinding } from './rule';

/** Reports a rule that threw. It has no check of its own: `run.ts` calls `finding`. */
export const internalRuleError = {
  id: 'internal-rule-error',
  description: 'A rule of the lint failed on this text; the other rules still ran.',
  tags: ['repository'],
  severity: 'error',
  fixable: 'no',
  check() {},
  finding(failed: string, error: unknown): RuleFinding {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      range: { start: 0, end: 0 },
      message: `The rule \`${failed}\` failed on this text (${reason}), so its findings are missing. This is a fault of sdprompt: switch the rule off for now, and report the text.`,
    };
  },
} satisfies Rule & { finding: unknown };
