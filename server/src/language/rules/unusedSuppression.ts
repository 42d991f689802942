import type { Range } from '../../shared/range';
import type { Document } from '../syntax/nodes';
import type { Fix, Rule, RuleFinding } from './rule';
import type { Directive } from './suppress';

/** Reports a directive that silences nothing. It has no check of its own: `run.ts` calls `finding`. */
export const unusedSuppression = {
  id: 'unused-suppression',
  description: 'A `# sdprompt-disable…` comment silences nothing.',
  tags: ['repository'],
  severity: 'warning',
  fixable: 'safe',
  check() {},
  finding(
    document: Document,
    entry: { readonly directive: Directive; readonly rule?: string; readonly range: Range },
  ): RuleFinding {
    const what = entry.rule === undefined ? 'nothing is found' : `\`${entry.rule}\` finds nothing`;
    return {
      range: entry.range,
      message: `This comment silences nothing, because ${what} where it applies. Remove it, or it will hide the next real finding.`,
      fixes: [removal(document, entry.directive, entry.range)],
      unnecessary: true,
    };
  },
} satisfies Rule & { finding: unknown };

/** Takes one name out of the comment, or the comment when it names no other. */
function removal(document: Document, directive: Directive, range: Range): Fix {
  const { text } = document;
  if (directive.rules.length > 1) {
    const gap = /^[\s,]*/u.exec(text.slice(range.end, directive.comment.end))?.[0] ?? '';
    const last = directive.rules[directive.rules.length - 1]?.range.start === range.start;
    const before = /[\s,]*$/u.exec(text.slice(directive.keyword.end, range.start))?.[0] ?? '';
    const edit = last
      ? { start: range.start - before.length, end: range.end }
      : { start: range.start, end: range.end + gap.length };
    return { title: 'Remove the rule from the comment', safe: true, edits: [{ range: edit, newText: '' }] };
  }
  const blanks = /[^\S\r\n]*$/u.exec(text.slice(0, directive.comment.start))?.[0] ?? '';
  const start = directive.comment.start - blanks.length;
  const ownLine = start === 0 || /[\r\n]/u.test(text[start - 1] ?? '');
  const lineEnd = ownLine ? (/^\r?\n|^\r/u.exec(text.slice(directive.comment.end))?.[0] ?? '') : '';
  return {
    title: 'Remove the comment',
    safe: true,
    edits: [{ range: { start, end: directive.comment.end + lineEnd.length }, newText: '' }],
  };
}
