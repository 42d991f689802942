import type { IToken, TokenType } from 'chevrotain';
import { FULL_WIDTH, isBlankCode, isDigitCode, isNewlineCode } from './chars';
import type { Token, TokenKind } from './nodes';
import {
  And,
  Break,
  Colon,
  Comment,
  Escape,
  endOf,
  Pipe,
  RoundClose,
  RoundOpen,
  SquareClose,
  SquareOpen,
  Tag,
  tagOf,
} from './tokens';

/** What the token list calls each lexed type; runs and tags are taken apart. */
const KIND_OF: ReadonlyMap<TokenType, TokenKind> = new Map<TokenType, TokenKind>([
  [Comment, 'comment'],
  [Colon, 'colon'],
  [Pipe, 'pipe'],
  [RoundOpen, 'roundOpen'],
  [RoundClose, 'roundClose'],
  [SquareOpen, 'squareOpen'],
  [SquareClose, 'squareClose'],
  [Escape, 'escape'],
  [Break, 'break'],
  [And, 'and'],
]);

/**
 * The tokens of a whole document, in order and without gaps. They are stored as pieces and made when first asked for:
 * a document of several megabytes has millions of them, and most callers want only the tree.
 */
export interface TokenList {
  /** Adds a token that begins where the last piece ended; an empty one is left out. */
  add(kind: TokenKind, end: number): void;
  /** Adds a lexed stretch; the tokens are kept until `toArray` is called. */
  addLexed(tokens: readonly IToken[]): void;
  /** The same array at every call. */
  toArray(): readonly Token[];
}

type Stretch = { readonly kind: TokenKind; readonly end: number } | readonly IToken[];

export function createTokenList(text: string): TokenList {
  let stretches: Stretch[] = [];
  let array: Token[] | undefined;
  return {
    add(kind, end) {
      stretches.push({ kind, end });
    },
    addLexed(tokens) {
      if (tokens.length > 0) stretches.push(tokens);
    },
    toArray() {
      if (array === undefined) {
        array = buildTokens(text, stretches);
        stretches = [];
      }
      return array;
    },
  };
}

function buildTokens(text: string, stretches: readonly Stretch[]): Token[] {
  const result: Token[] = [];
  let position = 0;
  /** The last token was a colon, blanks and comments aside: a number here may be a weight or a step. */
  let afterColon = false;

  const push = (kind: TokenKind, end: number): void => {
    if (end <= position) return;
    const range = { start: position, end };
    const isFullWidth =
      kind === 'text' && end === position + 1 && FULL_WIDTH[text.charCodeAt(position)] !== undefined;
    result.push(isFullWidth ? { kind, range, fullWidth: true } : { kind, range });
    position = end;
    if (kind !== 'whitespace' && kind !== 'newline' && kind !== 'comment') afterColon = kind === 'colon';
  };

  const pushTag = (token: IToken): void => {
    const { headLength, closed } = tagOf(token);
    const start = token.startOffset;
    const end = endOf(token);
    const argumentsEnd = closed ? end - 1 : end;
    push('tagOpen', start + 1);
    push('tagType', start + headLength);
    push('colon', start + headLength + 1);
    while (position < argumentsEnd) {
      const colon = text.indexOf(':', position);
      push('tagText', colon < 0 ? argumentsEnd : Math.min(colon, argumentsEnd));
      if (position < argumentsEnd) push('colon', position + 1);
    }
    push('tagClose', end);
  };

  const pushRun = (end: number): void => {
    while (position < end) {
      const kind = runKind(text, position);
      if (kind !== 'word') push(kind === 'fullWidth' ? 'text' : kind, pieceEnd(text, position, end, kind));
      else {
        const wordEnd = pieceEnd(text, position, end, 'word');
        push(afterColon && isNumber(text, position, wordEnd) ? 'number' : 'text', wordEnd);
      }
    }
  };

  for (const stretch of stretches) {
    if ('kind' in stretch) {
      push(stretch.kind, stretch.end);
      continue;
    }
    for (const token of stretch) {
      const kind = KIND_OF.get(token.tokenType);
      if (kind !== undefined) push(kind, endOf(token));
      else if (token.tokenType === Tag) pushTag(token);
      else pushRun(endOf(token));
    }
  }
  return result;
}

type RunKind = 'comma' | 'newline' | 'whitespace' | 'fullWidth' | 'word';

function runKind(text: string, offset: number): RunKind {
  const code = text.charCodeAt(offset);
  if (code === 44) return 'comma';
  if (isNewlineCode(code)) return 'newline';
  if (isBlankCode(code)) return 'whitespace';
  return FULL_WIDTH[code] !== undefined ? 'fullWidth' : 'word';
}

/** Where the piece ends that begins at `start`: one comma, one line break, one full-width mark, all blanks, one word. */
function pieceEnd(text: string, start: number, end: number, kind: RunKind): number {
  if (kind === 'comma' || kind === 'fullWidth') return start + 1;
  if (kind === 'newline') return start + (text.startsWith('\r\n', start) && start + 1 < end ? 2 : 1);
  let offset = start + 1;
  while (offset < end && runKind(text, offset) === kind) offset++;
  return offset;
}

/** `[+-]?` and then digits and points, with an exponent or not: what weights and schedules may be written with. */
function isNumber(text: string, start: number, end: number): boolean {
  let offset = start;
  if (text[offset] === '+' || text[offset] === '-') offset++;
  const first = offset;
  while (offset < end) {
    const code = text.codePointAt(offset)!;
    if (code !== 46 && !isDigitCode(code)) break;
    offset += code > 0xffff ? 2 : 1;
  }
  if (offset === first) return false;
  return offset === end || /^[eE][+-]?\d+$/.test(text.slice(offset, Math.min(end, offset + 20)));
}
