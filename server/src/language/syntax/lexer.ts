import type { Range } from '../../shared/range';
import { isNewlineCode, wordEndsAt, wordLengthAt } from '../text/python';
import { scanTag } from './tagScan';
import type { TokenBuffer } from './tokenBuffer';
import { KIND, type Kind } from './tokens';

const HASH = 35;
const LESS_THAN = 60;
const BACKSLASH = 92;
const LETTER_A = 65;
const LETTER_B = 66;

/** Characters that are a token by themselves. */
const SINGLE: ReadonlyMap<number, Kind> = new Map(
  (
    [
      [':', KIND.colon],
      ['|', KIND.pipe],
      ['(', KIND.roundOpen],
      [')', KIND.roundClose],
      ['[', KIND.squareOpen],
      [']', KIND.squareClose],
    ] as const
  ).map(([character, kind]) => [character.charCodeAt(0), kind]),
);

/** By character code: 1 where a run may have to end. */
const MAY_END_RUN = new Uint8Array(128);
for (const code of [...SINGLE.keys(), HASH, LESS_THAN, BACKSLASH, LETTER_A, LETTER_B]) MAY_END_RUN[code] = 1;

/**
 * Adds the tokens of one stretch of prompt text; joined, they are the stretch. Offsets are counted from `origin`.
 * A loop and not regular expressions: it is linear on every input, and nothing overflows.
 */
export function lexPrompt(text: string, range: Range, origin: number, into: TokenBuffer): void {
  // Nothing looks beyond the stretch.
  const stretch = text.slice(range.start, range.end);
  const shift = range.start - origin;
  for (let at = 0; at < stretch.length; ) {
    const kind = kindAt(stretch, at);
    into.add(kind, at + shift);
    at = endAt(stretch, at, kind);
  }
}

function kindAt(text: string, offset: number): Kind {
  const code = text.charCodeAt(offset);
  if (code >= 128 || MAY_END_RUN[code] === 0) return KIND.run;
  switch (code) {
    case HASH:
      return KIND.comment;
    case LESS_THAN:
      return scanTag(text, offset) === undefined ? KIND.run : KIND.tag;
    case BACKSLASH:
      return escapeLengthAt(text, offset) === 0 ? KIND.run : KIND.escape;
    case LETTER_A:
    case LETTER_B: {
      const keyword = keywordAt(text, offset);
      return keyword === undefined ? KIND.run : keyword === 'AND' ? KIND.and : KIND.break;
    }
    default:
      return SINGLE.get(code) ?? KIND.run;
  }
}

function endAt(text: string, start: number, kind: Kind): number {
  switch (kind) {
    case KIND.run: {
      let end = start + 1;
      while (end < text.length && !endsRun(text, end)) end++;
      return end;
    }
    case KIND.comment: {
      let end = start + 1;
      while (end < text.length && !isNewlineCode(text.charCodeAt(end))) end++;
      return end;
    }
    case KIND.tag:
      return start + (scanTag(text, start)?.length ?? 1);
    case KIND.escape:
      return start + escapeLengthAt(text, start);
    case KIND.and:
      return start + 3;
    case KIND.break:
      return start + 5;
    default:
      return start + 1;
  }
}

function endsRun(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return code < 128 && MAY_END_RUN[code] === 1 && kindAt(text, offset) !== KIND.run;
}

/** `BREAK` or `AND` with Python's word boundaries on both sides. */
function keywordAt(text: string, offset: number): 'BREAK' | 'AND' | undefined {
  const keyword = text.charCodeAt(offset) === LETTER_A ? 'AND' : 'BREAK';
  if (!text.startsWith(keyword, offset)) return undefined;
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
