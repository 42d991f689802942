import type { Range } from '../../shared/range';
import { fixAll, fixFor } from '../rules/fix';
import type { Finding, Fix, TextEdit } from '../rules/rule';
import { type Directive, directivesOf } from '../rules/suppress';
import type { Document } from '../syntax/nodes';
import { createLineIndex, type LineIndex } from '../text/lines';

/** Something the editor can do about findings, as edits of the document. */
export interface CodeAction {
  readonly title: string;
  readonly kind: 'quickfix' | 'source.fixAll';
  readonly edits: readonly TextEdit[];
  /** The finding it is about; absent for actions on the whole document. */
  readonly finding?: Finding;
  /** The one an editor applies without asking: the only safe fix of its finding. */
  readonly preferred: boolean;
}

/** Findings of the lint about itself: silencing them with another comment would only breed more. */
const NOT_SILENCED: ReadonlySet<string> = new Set([
  'unused-suppression',
  'unknown-suppression',
  'internal-rule-error',
]);

/**
 * Quick fixes for the findings that touch a range, "fix all" for a rule that has several, and comments that silence a
 * rule for the line or for the file. `findings` are those of the whole document.
 */
export function codeActions(document: Document, range: Range, findings: readonly Finding[]): CodeAction[] {
  const touched = findings.filter(
    (finding) => finding.range.start <= range.end && finding.range.end >= range.start,
  );
  const actions = touched.flatMap(quickFixes);
  const rules = new Map(touched.map((finding) => [finding.ruleId, finding]));
  for (const [rule] of rules) {
    const edits = editsOfRule(findings.filter((finding) => finding.ruleId === rule));
    if (edits.count > 1)
      actions.push({
        title: `Fix all \`${rule}\` in this file`,
        kind: 'quickfix',
        edits: edits.edits,
        preferred: false,
      });
  }
  const lines = createLineIndex(document.text);
  const directives = directivesOf(document);
  for (const [rule, finding] of rules) {
    if (NOT_SILENCED.has(rule)) continue;
    actions.push({
      title: `Silence \`${rule}\` for this line`,
      kind: 'quickfix',
      edits: [silenceLine(document, finding, directives, lines)],
      finding,
      preferred: false,
    });
    actions.push({
      title: `Silence \`${rule}\` in this file`,
      kind: 'quickfix',
      edits: [silenceFile(document, rule, directives)],
      finding,
      preferred: false,
    });
  }
  return actions;
}

/** One action for every safe fix of the document, applied until nothing is left; undefined when there is none. */
export function fixAllAction(
  document: Document,
  lintText: (text: string) => readonly Finding[],
): CodeAction | undefined {
  const fixed = fixAll(document.text, lintText, { unsafe: false });
  if (fixed.text === document.text) return undefined;
  return {
    title: 'Fix everything that can be fixed safely',
    kind: 'source.fixAll',
    edits: [difference(document.text, fixed.text)],
    preferred: false,
  };
}

function quickFixes(finding: Finding): CodeAction[] {
  const fixes: readonly Fix[] = finding.fixes ?? [];
  const safe = fixes.filter((fix) => fix.safe);
  return fixes.map((fix) => ({
    title: fix.title,
    kind: 'quickfix',
    edits: fix.edits,
    finding,
    preferred: fix.safe && safe.length === 1,
  }));
}

/** The safe fixes of one rule that do not touch each other. */
function editsOfRule(findings: readonly Finding[]): { edits: TextEdit[]; count: number } {
  const edits: TextEdit[] = [];
  let count = 0;
  for (const finding of findings) {
    const fix = fixFor(finding, { unsafe: false });
    const apart = fix?.edits.every(({ range }) =>
      edits.every((other) => range.end < other.range.start || range.start > other.range.end),
    );
    if (!fix || !apart) continue;
    edits.push(...fix.edits);
    count++;
  }
  return { edits, count };
}

function silenceLine(
  document: Document,
  finding: Finding,
  directives: readonly Directive[],
  lines: LineIndex,
): TextEdit {
  const { line } = lines.positionAt(finding.range.start);
  const before = directives.find(
    (directive) =>
      directive.kind === 'disable-next-line' && lines.positionAt(directive.comment.start).line === line - 1,
  );
  if (before && before.rules.length > 0) return addRule(before, finding.ruleId);
  const start = Math.max(lines.lineStart(line), textStart(document));
  return insertion(start, `# sdprompt-disable-next-line ${finding.ruleId}${lineBreak(document)}`);
}

function silenceFile(document: Document, rule: string, directives: readonly Directive[]): TextEdit {
  const before = directives.find(
    (directive) => directive.kind === 'disable-file' && directive.rules.length > 0,
  );
  if (before) return addRule(before, rule);
  return insertion(textStart(document), `# sdprompt-disable-file ${rule}${lineBreak(document)}`);
}

/** Behind the last name of the comment, before the reason if there is one. */
function addRule(directive: Directive, rule: string): TextEdit {
  const last = directive.rules[directive.rules.length - 1];
  return insertion(last?.range.end ?? directive.keyword.end, `, ${rule}`);
}

function insertion(offset: number, newText: string): TextEdit {
  return { range: { start: offset, end: offset }, newText };
}

/** Behind a byte order mark. */
function textStart(document: Document): number {
  return document.text.startsWith('\ufeff') ? 1 : 0;
}

function lineBreak(document: Document): string {
  return /\r\n|\r|\n/u.exec(document.text)?.[0] ?? '\n';
}

/** The smallest single edit that turns one text into the other. */
function difference(from: string, to: string): TextEdit {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let tail = 0;
  while (
    tail < from.length - start &&
    tail < to.length - start &&
    from[from.length - 1 - tail] === to[to.length - 1 - tail]
  )
    tail++;
  // Neither a line break nor a character is cut in two.
  while (start > 0 && /[\r\ud800-\udbff]/.test(from[start - 1] ?? '')) start--;
  while (tail > 0 && /[\n\udc00-\udfff]/.test(from[from.length - tail] ?? '')) tail--;
  return { range: { start, end: from.length - tail }, newText: to.slice(start, to.length - tail) };
}
