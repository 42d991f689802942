import { applyEdits } from '../text/edits';
import type { Finding, Fix, TextEdit } from './rule';

export interface FixChoice {
  /** Also apply fixes that may change the picture. */
  readonly unsafe: boolean;
}

/** Passes `fixAll` makes before it gives up on a text that never settles. */
export const MAX_FIX_PASSES = 10;

/**
 * Applies the fixes of one pass: the first suitable one of each finding, in document order, leaving out every fix that
 * would touch text another one has touched. Lint again and call again until `applied` is 0 — `fixAll` does.
 */
export function applyFixes(
  text: string,
  findings: readonly Finding[],
  choice: FixChoice,
): { text: string; applied: number } {
  const accepted: TextEdit[] = [];
  let applied = 0;
  for (const finding of findings) {
    const fix = fixFor(finding, choice);
    if (!fix || !fits(fix, accepted, text.length)) continue;
    accepted.push(...fix.edits);
    applied++;
  }
  return { text: applyEdits(text, accepted), applied };
}

/** The fix that is applied without asking: the first safe one, else the first one when unsafe ones are allowed. */
export function fixFor(finding: Finding, choice: FixChoice): Fix | undefined {
  return finding.fixes?.find((fix) => fix.safe) ?? (choice.unsafe ? finding.fixes?.[0] : undefined);
}

/** Two edits that touch count as overlapping: an insertion next to a replacement has no order of its own. */
function fits(fix: Fix, accepted: readonly TextEdit[], length: number): boolean {
  return fix.edits.every(
    ({ range }) =>
      range.start >= 0 &&
      range.start <= range.end &&
      range.end <= length &&
      accepted.every((other) => range.end < other.range.start || range.start > other.range.end),
  );
}

/**
 * Fixes until nothing changes. A pass after which `lintText` reports more syntax findings than before is taken back and
 * tried again fix by fix, so that no fix, alone or with others, can break the text.
 */
export function fixAll(
  text: string,
  lintText: (text: string) => readonly Finding[],
  choice: FixChoice,
): { text: string; applied: number } {
  let current = text;
  let findings = lintText(text);
  let applied = 0;
  for (let pass = 0; pass < MAX_FIX_PASSES; pass++) {
    const next = applyFixes(current, findings, choice);
    if (next.applied === 0 || next.text === current) break;
    const after = lintText(next.text);
    if (syntaxCount(after) <= syntaxCount(findings)) {
      current = next.text;
      findings = after;
      applied += next.applied;
      continue;
    }
    const single = firstHarmless(current, findings, lintText, choice);
    if (!single) break;
    current = single.text;
    findings = single.findings;
    applied++;
  }
  return { text: current, applied };
}

function firstHarmless(
  text: string,
  findings: readonly Finding[],
  lintText: (text: string) => readonly Finding[],
  choice: FixChoice,
): { text: string; findings: readonly Finding[] } | undefined {
  for (const finding of findings) {
    const next = applyFixes(text, [finding], choice);
    if (next.applied === 0 || next.text === text) continue;
    const after = lintText(next.text);
    if (syntaxCount(after) <= syntaxCount(findings)) return { text: next.text, findings: after };
  }
  return undefined;
}

const SYNTAX_RULES: ReadonlySet<string> = new Set([
  'unclosed-tag',
  'empty-tag',
  'unknown-tag-type',
  'unbalanced-bracket',
  'nesting-too-deep',
  'schedule-disabled',
]);

function syntaxCount(findings: readonly Finding[]): number {
  return findings.filter((finding) => SYNTAX_RULES.has(finding.ruleId)).length;
}
