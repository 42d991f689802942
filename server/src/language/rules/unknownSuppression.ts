import type { Range } from '../../shared/range';
import { nearest, orList } from '../domain/names';
import type { Rule, RuleFinding } from './rule';

/** Reports a directive that names no rule. It has no check of its own: `run.ts` calls `finding`. */
export const unknownSuppression = {
  id: 'unknown-suppression',
  description: 'A `# sdprompt-disable…` comment names a rule that does not exist.',
  tags: ['repository'],
  severity: 'warning',
  fixable: 'safe',
  check() {},
  finding(entry: { readonly name: string; readonly range: Range }, names: readonly string[]): RuleFinding {
    const near = nearest(entry.name, names);
    const hint =
      near.length > 0 ? `Did you mean ${orList(near)}?` : 'See `sdprompt explain` for the list of rules.';
    return {
      range: entry.range,
      message: `No rule is called \`${entry.name}\`, so this comment silences nothing. ${hint}`,
      fixes: near.map((name, index) => ({
        title: `Change to \`${name}\``,
        safe: index === 0,
        edits: [{ range: entry.range, newText: name }],
      })),
    };
  },
} satisfies Rule & { finding: unknown };
