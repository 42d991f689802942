import { type CustomPatternMatcherFunc, createToken, type IToken, type TokenType } from 'chevrotain';
import { isNewlineCode, wordEndsAt, wordLengthAt } from './chars';
import { scanTag, type TagScan } from './tagScan';

/**
 * The token types of a prompt. Words, commas and blanks are one run here, because the grammar asks for no more;
 * `tokenList.ts` takes runs apart for those who want every token. Whatever can be long is matched by a loop and not
 * by a regular expression: a loop is linear on every input and cannot exhaust a regular expression engine's stack.
 */

const HASH = 35;
const LESS_THAN = 60;
const BACKSLASH = 92;
const LETTER_A = 65;
const LETTER_B = 66;

/** Characters that end a run wherever they stand. */
const ENDS_RUN: ReadonlySet<number> = new Set([...':|()[]#'].map((character) => character.charCodeAt(0)));

/** `BREAK` or `AND` with Python's word boundaries on both sides. */
export function keywordAt(text: string, offset: number): 'BREAK' | 'AND' | undefined {
  const code = text.charCodeAt(offset);
  const keyword = code === LETTER_A ? 'AND' : code === LETTER_B ? 'BREAK' : undefined;
  if (keyword === undefined || !text.startsWith(keyword, offset)) return undefined;
  if (wordEndsAt(text, offset) || wordLengthAt(text, offset + keyword.length) > 0) return undefined;
  return keyword;
}

/**
 * Length of an escape, a backslash and the character after it, or 0. It takes no line break, no `#` and no `<` along,
 * because comments and tags are removed before any escape is read, and no BREAK or AND, which a backslash does not
 * stop either.
 */
function escapeLengthAt(text: string, offset: number): number {
  const code = text.codePointAt(offset + 1);
  if (code === undefined || isNewlineCode(code) || code === HASH || code === LESS_THAN) return 0;
  if (keywordAt(text, offset + 1) !== undefined) return 0;
  return code > 0xffff ? 3 : 2;
}

function endsRun(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  switch (code) {
    case LETTER_A:
    case LETTER_B:
      return keywordAt(text, offset) !== undefined;
    case LESS_THAN:
      return scanTag(text, offset) !== undefined;
    case BACKSLASH:
      return escapeLengthAt(text, offset) > 0;
    default:
      return code < 128 && ENDS_RUN.has(code);
  }
}

const matchKeyword =
  (keyword: string): CustomPatternMatcherFunc =>
  (text, offset) =>
    keywordAt(text, offset) === keyword ? [keyword] : null;

const matchEscape: CustomPatternMatcherFunc = (text, start) => {
  const length = escapeLengthAt(text, start);
  return length === 0 ? null : [text.slice(start, start + length)];
};

const matchComment: CustomPatternMatcherFunc = (text, start) => {
  let end = start + 1;
  while (end < text.length && !isNewlineCode(text.charCodeAt(end))) end++;
  return [text.slice(start, end)];
};

const matchTag: CustomPatternMatcherFunc = (text, start) => {
  const tag = scanTag(text, start);
  if (tag === undefined) return null;
  const match: [string] & { payload?: unknown } = [text.slice(start, start + tag.length)];
  match.payload = tag;
  return match;
};

const matchRun: CustomPatternMatcherFunc = (text, start) => {
  let end = start + 1;
  while (end < text.length && !endsRun(text, end)) end++;
  return [text.slice(start, end)];
};

const custom = (name: string, pattern: CustomPatternMatcherFunc, starts: readonly number[]): TokenType =>
  createToken({ name, pattern, line_breaks: false, start_chars_hint: [...starts] });

const ANYTHING_ELSE = Array.from({ length: 0x10000 }, (_, code) => code).filter(
  (code) => !ENDS_RUN.has(code),
);

export const Colon = createToken({ name: 'Colon', pattern: ':' });
export const Pipe = createToken({ name: 'Pipe', pattern: '|' });
export const RoundOpen = createToken({ name: 'RoundOpen', pattern: '(' });
export const RoundClose = createToken({ name: 'RoundClose', pattern: ')' });
export const SquareOpen = createToken({ name: 'SquareOpen', pattern: '[' });
export const SquareClose = createToken({ name: 'SquareClose', pattern: ']' });
export const Comment = custom('Comment', matchComment, [HASH]);
export const Tag = custom('Tag', matchTag, [LESS_THAN]);
export const Escape = custom('Escape', matchEscape, [BACKSLASH]);
export const Break = custom('Break', matchKeyword('BREAK'), [LETTER_B]);
export const And = custom('And', matchKeyword('AND'), [LETTER_A]);
/** Whatever nothing else wants, NUL and lone surrogates included: with it the lexer cannot fail. */
export const TextRun = custom('TextRun', matchRun, ANYTHING_ELSE);

/** The first type that matches wins. Chevrotain wants the literals before the loops. */
export const LEXED_TOKENS: TokenType[] = [
  Colon,
  Pipe,
  RoundOpen,
  RoundClose,
  SquareOpen,
  SquareClose,
  Comment,
  Tag,
  Escape,
  Break,
  And,
  TextRun,
];

/** Never lexed: `brackets.ts` and `parse.ts` make them. */
export const WeightColon = createToken({ name: 'WeightColon', pattern: /NOT_APPLICABLE/ });
export const WeightNumber = createToken({ name: 'WeightNumber', pattern: /NOT_APPLICABLE/ });
export const NegativeLabel = createToken({ name: 'NegativeLabel', pattern: /NOT_APPLICABLE/ });

export function makeToken(tokenType: TokenType, image: string, startOffset: number): IToken {
  return { image, startOffset, tokenTypeIdx: tokenType.tokenTypeIdx!, tokenType };
}

/** A token's end is its start and its length: the lexer tracks no more than starts. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** What the lexer learned about a tag. */
export function tagOf(token: IToken): TagScan {
  return token.payload as TagScan;
}
