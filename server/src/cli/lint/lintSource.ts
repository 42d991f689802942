import { fixAll } from '../../language/rules/fix';
import type { Finding, RuleFinding } from '../../language/rules/rule';
import { createLineIndex } from '../../language/text/lines';
import type { Range } from '../../shared/range';
import type { PlacedFinding } from '../report';
import { type Part, rewrite, type Source } from '../sources';

export interface SourceFindings {
  readonly findings: readonly PlacedFinding[];
  /** Number of fixes applied. */
  readonly fixed: number;
  /** The whole file after fixing. */
  readonly text: string;
}

/**
 * Checks every prompt in a source, after fixing those that can be rewritten.
 *
 * @param publish gives findings about the file the level that is configured
 * @param reread makes a source of the fixed text, as if it had been read from the file
 */
export function lintSource(
  source: Source,
  lintPart: (text: string) => Finding[],
  fix: { readonly unsafe: boolean } | undefined,
  reread: (text: string) => Source,
  publish: (found: readonly RuleFinding[], length: number) => Finding[] = () => [],
): SourceFindings {
  const lint = source.isFragments ? (text: string) => lintPart(text).filter(isWhole) : lintPart;
  const fixes = source.parts.map((part) =>
    fix && part.start !== undefined ? fixAll(part.text, lint, fix) : { text: part.text, applied: 0 },
  );
  const fixed = fixes.reduce((sum, { applied }) => sum + applied, 0);
  const result =
    fixed > 0
      ? reread(
          rewrite(
            source,
            fixes.map(({ text }) => text),
          ),
        )
      : source;
  const findings = [
    ...publish(result.findings ?? [], result.text.length),
    ...result.parts.flatMap((part) => lint(part.text).map((finding) => inSource(finding, part))),
  ].sort((a, b) => a.range.start - b.range.start);
  return { findings: placed(findings, result.text), fixed, text: result.mark + result.text };
}

/** A line of a wildcard file may be closed by the prompt that it is put into: `<lora:hat:` in `__hats__0.8>`. */
function isWhole({ ruleId }: Finding): boolean {
  return ruleId !== 'unclosed-tag' && ruleId !== 'unbalanced-bracket';
}

function placed(findings: readonly Finding[], text: string): PlacedFinding[] {
  if (findings.length === 0) return [];
  const lines = createLineIndex(text);
  return findings.map((finding) => {
    const start = lines.positionAt(finding.range.start);
    const end = lines.positionAt(finding.range.end);
    return {
      ...finding,
      line: start.line + 1,
      column: start.character + 1,
      endLine: end.line + 1,
      endColumn: end.character + 1,
    };
  });
}

/** A finding with every place in it moved to the source. Fixes of a part that cannot be rewritten are no offer. */
function inSource(finding: Finding, part: Part): Finding {
  if (part.start === 0) return finding;
  const move = ({ start, end }: Range): Range => ({ start: part.outer(start), end: part.outer(end) });
  const { fixes, related, ...rest } = finding;
  return {
    ...rest,
    range: move(finding.range),
    ...(fixes &&
      part.start !== undefined && {
        fixes: fixes.map((fix) => ({
          ...fix,
          edits: fix.edits.map((edit) => ({ ...edit, range: move(edit.range) })),
        })),
      }),
    ...(related && { related: related.map((one) => ({ ...one, range: move(one.range) })) }),
  };
}
