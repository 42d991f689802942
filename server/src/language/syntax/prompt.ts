import type { IToken } from 'chevrotain';
import type { Range } from '../../shared/range';
import { settleBrackets } from './brackets';
import { isSpaceCode } from './chars';
import { parseItems } from './grammar';
import type { Comment, Prompt } from './nodes';
import type { Reporter } from './reporter';
import { reportTags } from './tags';
import { Comment as CommentToken, endOf, makeToken, TextRun } from './tokens';

/**
 * Makes a prompt of its tokens. Its range is theirs without the blanks at both ends; an empty prompt has an empty
 * range at `emptyAt`.
 */
export function buildPrompt(
  text: string,
  lexed: readonly IToken[],
  emptyAt: number,
  reporter: Reporter,
): { readonly prompt: Prompt; readonly comments: readonly Comment[] } {
  const tokens = trim(lexed);
  const first = tokens[0];
  const last = tokens.at(-1);
  if (first === undefined || last === undefined) {
    return { prompt: { range: { start: emptyAt, end: emptyAt }, items: [] }, comments: [] };
  }
  const range: Range = { start: first.startOffset, end: endOf(last) };
  const comments: Comment[] = [];
  for (const token of tokens) {
    if (token.tokenType !== CommentToken) continue;
    comments.push({ range: { start: token.startOffset, end: endOf(token) } });
  }
  reportTags(text, tokens, range, reporter);
  // Without items the whole prompt shows as one text: only a bug in the grammar could lead there.
  const items = parseItems(text, settleBrackets(text, tokens, reporter)) ?? [{ type: 'text', range }];
  return { prompt: { range, items }, comments };
}

/** Without the runs of blanks at both ends; the runs there that hold more are cut. */
function trim(tokens: readonly IToken[]): IToken[] {
  let first = 0;
  let last = tokens.length - 1;
  while (first <= last && leadingBlanks(tokens[first]!) === tokens[first]!.image.length) first++;
  while (last >= first && trailingBlanks(tokens[last]!) === tokens[last]!.image.length) last--;
  const inside = tokens.slice(first, last + 1);
  const head = inside[0];
  if (head === undefined) return inside;
  inside[0] = cut(head, leadingBlanks(head), 0);
  const tail = inside.at(-1)!;
  inside[inside.length - 1] = cut(tail, 0, trailingBlanks(tail));
  return inside;
}

function cut(token: IToken, leading: number, trailing: number): IToken {
  if (leading === 0 && trailing === 0) return token;
  const image = token.image.slice(leading, token.image.length - trailing);
  return makeToken(token.tokenType, image, token.startOffset + leading);
}

function leadingBlanks({ tokenType, image }: IToken): number {
  if (tokenType !== TextRun) return 0;
  let count = 0;
  while (count < image.length && isSpaceCode(image.charCodeAt(count))) count++;
  return count;
}

function trailingBlanks({ tokenType, image }: IToken): number {
  if (tokenType !== TextRun) return 0;
  let count = 0;
  while (count < image.length && isSpaceCode(image.charCodeAt(image.length - 1 - count))) count++;
  return count;
}
