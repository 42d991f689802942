import type { Rule, RuleContext, RuleFinding } from '../rule';

/** The check of a rule that publishes the parser's errors of its own code, with fixes where there are any. */
export function syntaxCheck(
  code: string,
  extra: (finding: RuleFinding, context: RuleContext) => Partial<RuleFinding> = () => ({}),
): Rule['check'] {
  return (context, _options, report) => {
    for (const error of context.document.errors) {
      if (error.code !== code) continue;
      const finding = { range: error.range, message: error.message };
      report({ ...finding, ...extra(finding, context) });
    }
  };
}
