import type { Escape, Item } from '../syntax/nodes';
import { type Container, isContainer, partsOf } from '../syntax/walk';
import { withoutComments } from '../syntax/withoutComments';
import type { Fix, Rule, RuleContext, RuleFinding } from './rule';
import type { PromptView } from './view/prompts';

/** Only brackets and the backslash itself can be escaped; every other backslash is dropped. */
export const uselessEscape: Rule = {
  id: 'useless-escape',
  description: 'A backslash stands before a character that needs none, or that it does not protect.',
  tags: ['style'],
  severity: 'info',
  fixable: 'safe',
  check(context, _options, report) {
    if (!context.document.text.includes('\\')) return;
    const text = withoutComments(context.document);
    for (const view of context.prompts) {
      const faces = [...facesOf(view, text)];
      for (const face of faces) report(face);
      look(view.tree.items, [], context, (finding) => {
        if (!faces.some(({ range }) => finding.range.start >= range.start && finding.range.end <= range.end))
          report(finding);
      });
    }
  },
};

/** `\\m/`, `\\o/`, `\\||/`, `\\(^o^)/`: raised arms, tags on their own, in which the backslash is a part. */
const FACE = /(?<=^|[,\r\n])[ \t]*(\\(?:[mno^_x]{1,3}|\|\||\([^\s,()\\]{1,5}\))\/)(?=[ \t]*(?:[,\r\n]|$))/gu;

function* facesOf(view: PromptView, text: string): Generator<RuleFinding> {
  const { start, end } = view.tree.range;
  const part = text.slice(start, end);
  for (const match of part.matchAll(FACE)) {
    const face = match[1] ?? '';
    const from = start + match.index + match[0].length - face.length;
    const range = { start: from, end: from + face.length };
    const newText = face.replace(/[\\()|]/gu, '\\$&');
    yield {
      range,
      message: `The web UI drops the backslash of \`${face}\`, which is an arm of the tag. Write \`${newText}\`.`,
      fixes: [{ title: `Write \`${newText}\``, safe: true, edits: [{ range, newText }] }],
    };
  }
}

function look(
  items: readonly Item[],
  parents: readonly Container[],
  context: RuleContext,
  report: (finding: RuleFinding) => void,
): void {
  items.forEach((item, index) => {
    if (item.type === 'escape') {
      const finding = judge(item, parents, context);
      if (finding) report(finding);
    } else if (item.type === 'tag' && index > 0) {
      const start = item.range.start - 1;
      if (!endsInBackslash(context.document.text, item.range.start)) return;
      report({
        range: { start, end: item.range.start },
        message: `A backslash does not keep a tag from being read: \`${context.document.text.slice(item.range.start, item.range.end)}\` is removed all the same, and the backslash stays behind. Remove it.`,
        fixes: [removal(start)],
      });
    }
    if (isContainer(item)) for (const part of partsOf(item)) look(part, [...parents, item], context, report);
  });
}

function judge(item: Escape, parents: readonly Container[], context: RuleContext): RuleFinding | undefined {
  const text = withoutComments(context.document);
  const { start } = item.range;
  const character = text.slice(start + 1, item.range.end);
  if (/^[()[\]\\|]$/u.test(character)) return undefined;
  if (character === ':') {
    // In square brackets `\:` does stop the schedule from being split there.
    if (parents.some((parent) => parent.type !== 'group' || parent.bracket === 'square')) return undefined;
    return colon(item, parents, text);
  }
  return {
    range: { start, end: start + 1 },
    message: `Only \`( ) [ ] \\\` can be escaped: the web UI drops this backslash and keeps the \`${character.trim() === '' ? 'blank' : character}\`. Remove it.`,
    fixes: removable(text, item) ? [removal(start)] : [],
    unnecessary: true,
  };
}

/** `(a\:1.2)`: the web UI's weight pattern does not know the escape. */
function colon(item: Escape, parents: readonly Container[], text: string): RuleFinding | undefined {
  const { start } = item.range;
  const range = { start, end: item.range.end };
  const inner = parents[parents.length - 1];
  const rest = /^\s*[+-]?[.\d]+\s*\)/u.exec(text.slice(item.range.end, item.range.end + 40));
  if (inner?.type === 'group' && inner.bracket === 'round' && rest) {
    const number = rest[0].slice(0, -1);
    const at = item.range.end + number.length;
    return {
      range,
      severity: 'warning',
      message: `\`\\:\` does not protect the colon from being read as a weight: these words are weighed with ${number.trim()}. To keep the text, give the bracket a weight of its own: \`:${number.trim()}:1.1)\`.`,
      fixes: [
        {
          title: 'Keep the text: add a weight of 1.1',
          safe: false,
          edits: [
            { range: { start, end: start + 1 }, newText: '' },
            { range: { start: at, end: at }, newText: ':1.1' },
          ],
        },
      ],
    };
  }
  return {
    range: { start, end: start + 1 },
    message: 'A colon needs no backslash here, and the web UI drops it. Remove it.',
    unnecessary: true,
  };
}

function removal(start: number): Fix {
  return {
    title: 'Remove the backslash',
    safe: true,
    edits: [{ range: { start, end: start + 1 }, newText: '' }],
  };
}

/**
 * Whether the text stays what it is without the backslash: not where it keeps letters from joining to BREAK, AND or a
 * tag, or a line from becoming a separator.
 */
function removable(text: string, item: Escape): boolean {
  const next = text.slice(item.range.start + 1, item.range.start + 2);
  if (/[\p{Lu}-]/u.test(next)) return false;
  // What the head of a tag or of a parameter can be: no longer than this, and on the same line.
  const near = text.slice(Math.max(0, item.range.start - 200), item.range.start);
  const line = near.slice(near.lastIndexOf('\n') + 1);
  return !/<[^>]*$/u.test(line) && !/:\s*$/u.test(line);
}

function endsInBackslash(text: string, end: number): boolean {
  let count = 0;
  while (text[end - 1 - count] === '\\') count++;
  return count % 2 === 1;
}
