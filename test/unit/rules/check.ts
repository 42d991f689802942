import { expect } from 'vitest';
import type { Environment } from '../../../server/src/language/environment';
import { RULES } from '../../../server/src/language/rules';
import { applyFixes } from '../../../server/src/language/rules/fix';
import type { Finding, RuleSettings, Severity } from '../../../server/src/language/rules/rule';
import { lint } from '../../../server/src/language/rules/run';
import { parse } from '../../../server/src/language/syntax/parse';
import { STUDIO } from './environment';

export interface Expectation {
  readonly environment?: Environment;
  readonly settings?: RuleSettings;
  readonly severity?: Severity;
  /** Must occur in the message of the first finding. */
  readonly message?: string | RegExp;
  /** The text after one pass of this rule's safe fixes, or of all its fixes with `unsafe`. */
  readonly fixed?: string;
  readonly unsafe?: string;
}

/** Text without the marks, and the ranges between them. `«` and `»` mark a finding, `«»` one of no length. */
export function unmark(marked: string): { text: string; ranges: { start: number; end: number }[] } {
  let text = '';
  const open: number[] = [];
  const ranges: { start: number; end: number }[] = [];
  for (const character of marked) {
    if (character === '«') open.push(text.length);
    else if (character === '»') ranges.push({ start: open.pop() ?? -1, end: text.length });
    else text += character;
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  return { text, ranges };
}

export function findings(text: string, expectation: Expectation = {}): Finding[] {
  return lint(parse(text), expectation.environment ?? STUDIO, expectation.settings);
}

/** The rule reports exactly the marked ranges, with no more fixes than it declares. Without marks it must not report anything. */
export function check(marked: string, rule: string, expectation: Expectation = {}): Finding[] {
  const { text, ranges } = unmark(marked);
  const all = findings(text, expectation);
  // A rule that fails reports nothing either, and must not pass for one that has nothing to say.
  expect(all.filter(({ ruleId }) => ruleId === 'internal-rule-error')).toEqual([]);
  const found = all.filter((finding) => finding.ruleId === rule);
  const shown = (list: readonly { start: number; end: number }[]): string[] =>
    list.map(({ start, end }) => `${start}-${end} ${JSON.stringify(text.slice(start, end))}`);
  expect(shown(found.map((finding) => finding.range)), `${rule} in ${JSON.stringify(text)}`).toEqual(
    shown(ranges),
  );
  // A rule says of itself whether `--fix` may apply its fixes unasked.
  const fixable = RULES.find(({ id }) => id === rule)?.fixable;
  const fixes = found.flatMap((finding) => finding.fixes ?? []);
  if (fixable === 'no') expect(fixes).toEqual([]);
  if (fixable === 'unsafe') expect(fixes.filter(({ safe }) => safe)).toEqual([]);
  if (expectation.severity !== undefined)
    expect([...new Set(found.map((finding) => finding.severity))]).toEqual([expectation.severity]);
  if (expectation.message !== undefined) expect(found[0]?.message).toMatch(expectation.message);
  if (expectation.fixed !== undefined)
    expect(applyFixes(text, found, { unsafe: false }).text).toBe(expectation.fixed);
  if (expectation.unsafe !== undefined)
    expect(applyFixes(text, found, { unsafe: true }).text).toBe(expectation.unsafe);
  return found;
}
