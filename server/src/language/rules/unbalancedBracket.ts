import type { Range } from '../../shared/range';
import { withoutComments } from '../syntax/withoutComments';
import type { Fix, Rule, RuleContext } from './rule';
import { mixedPairAt } from './support/fullWidthPair';
import { syntaxCheck } from './support/syntaxErrors';

/** Brackets that open or close nothing; escaped ones are plain text. */
export const unbalancedBracket: Rule = {
  id: 'unbalanced-bracket',
  description: 'A bracket is never closed, or closes nothing.',
  tags: ['syntax'],
  severity: 'warning',
  fixable: 'both',
  check(context, options, report) {
    check(context, options, (finding) => {
      const { start, end } = finding.range;
      // A bracket whose partner is full-width is one slip, and `full-width-punctuation` speaks of it.
      if (end === start + 1 && mixedPairAt(withoutComments(context.document), start)) return;
      report(finding);
    });
  },
};

const check = syntaxCheck('unbalanced-bracket', ({ range }, context) => {
  const text = context.document.text.slice(range.start, range.end);
  const face = isFace(context.document.text, range);
  const fix = /^[)\]]/u.test(text) ? escaping(range, text) : closing(range, context);
  return { fixes: fix ? [fix] : [], ...(face && { severity: 'info' as const }) };
});

/** `:)` and its kin stand between commas and are meant as they are; only a reader may stumble over them. */
function isFace(text: string, range: Range): boolean {
  const before = text.slice(Math.max(0, range.start - 4), range.start);
  return (
    /(?:^|[\s,])[>}]?[:;=8][-'^]?$/u.test(before) &&
    /^\)+$/u.test(text.slice(range.start, range.end)) &&
    /^(?:[\s,]|$)/u.test(text.slice(range.end, range.end + 1))
  );
}

/** A stray closer is sent to the model as text; escaped, it still is. */
function escaping(range: Range, text: string): Fix {
  return {
    title: `Write \`${text.replace(/[)\]]/gu, '\\$&')}\``,
    safe: true,
    edits: [{ range, newText: text.replace(/[)\]]/gu, '\\$&') }],
  };
}

/**
 * An unclosed opener reaches to the end of the prompt; closed there, it still does. Only the last one of a prompt can be
 * closed without crossing another, and only where the new closer does not turn the text before it into a weight or a
 * schedule is the picture the same.
 */
function closing(range: Range, context: RuleContext): Fix | undefined {
  const { text } = context.document;
  for (const view of context.prompts) {
    if (range.start < view.tree.range.start || range.end > view.tree.range.end) continue;
    const group = view.outline.groups.findLast(({ item }) => !item.closed)?.item;
    if (!group || group.range.start !== range.start) return undefined;
    const end = group.range.start + text.slice(group.range.start, group.range.end).trimEnd().length;
    const inner = text.slice(group.range.start + 1, end);
    // Inside another bracket the new closer would end it before the end of the prompt.
    const early = text.slice(end, view.tree.range.end).trim() !== '';
    const changes =
      early || /:\s*[+-]?[.\d]*\s*$/u.test(inner) || (group.bracket === 'square' && inner.includes('|'));
    // A comment reaches to the end of its line, so a closer behind it would be part of it.
    const commented = view.block.tree.comments.some(
      (comment) =>
        comment.range.start >= group.range.start && comment.range.start < end && comment.range.end >= end,
    );
    if (commented || /\\$/u.test(inner)) return undefined;
    const closer = group.bracket === 'round' ? ')' : ']';
    return {
      title: `Add \`${closer}\` at the end of the prompt`,
      safe: !changes,
      edits: [{ range: { start: end, end }, newText: closer }],
    };
  }
  return undefined;
}
