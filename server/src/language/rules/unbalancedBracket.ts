import type { Range } from '../../shared/range';
import { withoutComments } from '../syntax/withoutComments';
import type { Fix, Rule, RuleContext, RuleFinding } from './rule';
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
  const source = withoutComments(context.document);
  const better = /^[)\]]/u.test(text) ? missingOpener(range, source) : wrongCloser(range, source);
  if (better) return better;
  if (isTagPart(range, source)) return { fixes: [escaping(range, text)] };
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

/** `low quality:1.4)`: a closer behind a weight has lost its opener. Where that stood, only the writer knows. */
function missingOpener(range: Range, text: string): Partial<RuleFinding> | undefined {
  if (range.end !== range.start + 1) return undefined;
  const before = text.slice(Math.max(0, range.start - 200), range.start);
  const opener = text[range.start] === ')' ? '(' : '[';
  const match = /([^,()[\]\r\n<>|]*[^\s,()[\]\r\n<>|:])\s*:\s*(\d*\.\d+|[0-2])\s*$/u.exec(before);
  const words = match?.[1]?.trimStart();
  if (!words || !/\p{L}{2}/u.test(words)) return undefined;
  const start = range.start - before.length + match!.index + (match![1]!.length - words.length);
  const whole = text.slice(start, range.end);
  return {
    message: `The "${opener}" of this weight is missing, so \`${whole}\` is sent to the model as words. Write \`${opener}${whole}\`, or put the "${opener}" where the weight should begin.`,
    fixes: [
      {
        title: `Write \`${opener}${whole}\``,
        safe: false,
        edits: [{ range: { start, end: start }, newText: opener }],
      },
    ],
  };
}

/** `(hat:1.2]`: opened with one kind of bracket, closed with the other. */
function wrongCloser(range: Range, text: string): Partial<RuleFinding> | undefined {
  const open = text[range.start];
  if (range.end !== range.start + 1 || (open !== '(' && open !== '[')) return undefined;
  const after = text.slice(range.end, range.end + 200);
  const match = (open === '(' ? ROUND_TAIL : SQUARE_TAIL).exec(after);
  if (!match) return undefined;
  const at = range.end + match[0].length - 1;
  const closer = open === '(' ? ')' : ']';
  const newText = `${open}${match[0].slice(0, -1)}${closer}`;
  return {
    message: `This "${open}" is closed by "${text[at]}", which does not belong to it, so its weight reaches to the end of the prompt. Write \`${newText}\`.`,
    fixes: [
      {
        title: `Write \`${newText}\``,
        safe: true,
        edits: [{ range: { start: at, end: at + 1 }, newText: closer }],
      },
    ],
  };
}

const ROUND_TAIL = /^[^,()[\]{}\r\n<>|]+:\s*\d*\.?\d+\s*[\]}]/u;
const SQUARE_TAIL = /^[^,()[\]{}\r\n<>|]*:[^,()[\]{}\r\n<>|]*:\s*\d*\.?\d+\s*[)}]/u;

/** Half of an escaped pair, `saber_(fate\\)`, or a sad face: the bracket was meant as text. */
function isTagPart({ start, end }: Range, text: string): boolean {
  if (end !== start + 1 || text[start] !== '(') return false;
  const face = /(?:^|[\s,])[>}]?[:;=8][-'^]?$/u.test(text.slice(Math.max(0, start - 4), start));
  if (face && /^\s*(?:,|$|[\r\n])/u.test(text.slice(end, end + 20))) return true;
  return /^[^,()[\]\r\n]*\\\)/u.test(text.slice(end, end + 100));
}

/** A stray closer is sent to the model as text; escaped, it still is. */
function escaping(range: Range, text: string): Fix {
  const escaped = text.replace(/[()[\]]/gu, '\\$&');
  return {
    title: `Write \`${escaped}\``,
    safe: true,
    edits: [{ range, newText: escaped }],
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
