import type { Range } from '../../shared/range';
import { isSpaceCode } from '../text/python';
import { settleBrackets } from './brackets';
import { parseItems } from './grammar';
import type { Comment, Prompt } from './nodes';
import type { Reporter } from './reporter';
import { reportTags } from './tags';
import { type Tokens, tokenEnd } from './tokenBuffer';
import { KIND } from './tokens';

/**
 * Makes a prompt of its tokens, whose offsets count from `origin`. Its range is theirs without the blanks at both
 * ends; an empty prompt has an empty range at `emptyAt`.
 */
export function buildPrompt(
  text: string,
  tokens: Tokens,
  origin: number,
  emptyAt: number,
  reporter: Reporter,
): { readonly prompt: Prompt; readonly comments: readonly Comment[] } {
  const range = rangeWithoutBlanks(text, tokens, origin);
  if (range === undefined) {
    return { prompt: { range: { start: emptyAt, end: emptyAt }, items: [] }, comments: [] };
  }
  const comments: Comment[] = [];
  for (let index = 0; index < tokens.length; index++) {
    if (tokens.kinds[index] !== KIND.comment) continue;
    comments.push({
      range: { start: origin + tokens.starts[index]!, end: origin + tokenEnd(tokens, index) },
    });
  }
  reportTags(text, tokens, origin, range, reporter);
  // Without items the whole prompt shows as one text: only a bug in the grammar could lead there.
  const items = parseItems(text, settleBrackets(text, tokens, origin, range, reporter)) ?? [
    { type: 'text', range },
  ];
  return { prompt: { range, items }, comments };
}

/** From the first to the last token without the blanks of runs at both ends; undefined when nothing is left. */
function rangeWithoutBlanks(text: string, tokens: Tokens, origin: number): Range | undefined {
  const isRun = (index: number): boolean => tokens.kinds[index] === KIND.run;
  let first = 0;
  let start = origin + (tokens.starts[0] ?? 0);
  for (; first < tokens.length; first++) {
    start = origin + tokens.starts[first]!;
    if (!isRun(first)) break;
    const end = origin + tokenEnd(tokens, first);
    while (start < end && isSpaceCode(text.charCodeAt(start))) start++;
    if (start < end) break;
  }
  if (first === tokens.length) return undefined;
  for (let last = tokens.length - 1; ; last--) {
    let end = origin + tokenEnd(tokens, last);
    if (!isRun(last)) return { start, end };
    const limit = origin + tokens.starts[last]!;
    while (end > limit && isSpaceCode(text.charCodeAt(end - 1))) end--;
    if (end > limit) return { start, end };
  }
}
