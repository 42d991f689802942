import { createToken, type IToken, type TokenType } from 'chevrotain';

/**
 * The token types of a prompt. Words, commas and blanks are one run here, because the grammar asks for no more;
 * `tokenList.ts` takes runs apart for those who want every token.
 */

const type = (name: string): TokenType => createToken({ name, pattern: /NOT_APPLICABLE/ });

export const Colon = type('Colon');
export const Pipe = type('Pipe');
export const RoundOpen = type('RoundOpen');
export const RoundClose = type('RoundClose');
export const SquareOpen = type('SquareOpen');
export const SquareClose = type('SquareClose');
export const Tag = type('Tag');
export const Escape = type('Escape');
export const Break = type('Break');
export const And = type('And');
/** Whatever nothing else wants. */
export const TextRun = type('TextRun');
/** `brackets.ts` makes these two of a colon and a run. */
export const WeightColon = type('WeightColon');
export const WeightNumber = type('WeightNumber');
/** The grammar never sees these two. */
const Comment = type('Comment');
const NegativeLabel = type('NegativeLabel');

/** What the grammar knows. */
export const GRAMMAR_TOKENS: TokenType[] = [
  Colon,
  Pipe,
  RoundOpen,
  RoundClose,
  SquareOpen,
  SquareClose,
  Tag,
  Escape,
  Break,
  And,
  TextRun,
  WeightColon,
  WeightNumber,
];

const TYPES = [...GRAMMAR_TOKENS, Comment, NegativeLabel] as const;

/** A token type as a number that fits a byte: tokens are kept in flat arrays, a document may have millions. */
export type Kind = number;

const kindOf = (tokenType: TokenType): Kind => TYPES.indexOf(tokenType);

export const KIND = {
  colon: kindOf(Colon),
  pipe: kindOf(Pipe),
  roundOpen: kindOf(RoundOpen),
  roundClose: kindOf(RoundClose),
  squareOpen: kindOf(SquareOpen),
  squareClose: kindOf(SquareClose),
  tag: kindOf(Tag),
  escape: kindOf(Escape),
  break: kindOf(Break),
  and: kindOf(And),
  run: kindOf(TextRun),
  weightColon: kindOf(WeightColon),
  weightNumber: kindOf(WeightNumber),
  comment: kindOf(Comment),
  negativeLabel: kindOf(NegativeLabel),
} as const;

/**
 * One token of each kind. The grammar only asks for a token's type, and takes its place from the flat arrays, so all
 * tokens of a kind can be the same object.
 */
export const TOKEN_OF: readonly IToken[] = TYPES.map((tokenType) => ({
  image: '',
  startOffset: 0,
  tokenTypeIdx: tokenType.tokenTypeIdx as number,
  tokenType,
}));
