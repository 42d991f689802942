import { isBlankCode, isDigitCode, isNewlineCode } from '../text/python';
import { FULL_WIDTH } from './fullWidth';
import type { Token, TokenKind } from './nodes';
import { type Tokens, tokenEnd } from './tokenBuffer';
import { KIND } from './tokens';

/** What the token list calls each lexed kind; runs and tags are taken apart. */
const NAME_OF = new Map<number, TokenKind>([
  [KIND.comment, 'comment'],
  [KIND.colon, 'colon'],
  [KIND.pipe, 'pipe'],
  [KIND.roundOpen, 'roundOpen'],
  [KIND.roundClose, 'roundClose'],
  [KIND.squareOpen, 'squareOpen'],
  [KIND.squareClose, 'squareClose'],
  [KIND.escape, 'escape'],
  [KIND.break, 'break'],
  [KIND.and, 'and'],
  [KIND.negativeLabel, 'negativeLabel'],
]);

/** A part of a segment: one token that ends at `end`, or a lexed stretch. Offsets count from the segment's start. */
export type Stretch = { readonly kind: TokenKind; readonly end: number } | Tokens;

/**
 * The tokens of a whole document, in order and without gaps. They are made when first asked for: a document of several
 * megabytes has millions of them, and most callers want only the tree.
 */
export function buildTokens(
  text: string,
  segments: Iterable<{ readonly start: number; readonly stretches: readonly Stretch[] }>,
): Token[] {
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

  const pushTag = (end: number): void => {
    const argumentsEnd = text[end - 1] === '>' ? end - 1 : end;
    const colon = text.indexOf(':', position);
    push('tagOpen', position + 1);
    push('tagType', colon);
    push('colon', colon + 1);
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

  for (const { start, stretches } of segments) {
    for (const stretch of stretches) {
      if ('kind' in stretch) {
        push(stretch.kind, start + stretch.end);
        continue;
      }
      for (let index = 0; index < stretch.length; index++) {
        const kind = stretch.kinds[index]!;
        const end = start + tokenEnd(stretch, index);
        const name = NAME_OF.get(kind);
        if (name !== undefined) push(name, end);
        else if (kind === KIND.tag) pushTag(end);
        else pushRun(end);
      }
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
