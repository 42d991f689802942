import type { WeightedRun } from '../../shared/plan';
import { isBoundary, isSpace, parseFloatPython, reprPython, skipSpace, skipSpaceBack } from '../text/python';

/** A stretch of text with the weight its brackets give it; several with one weight make up a run. */
export interface AttentionPiece {
  readonly text: string;
  readonly weight: number;
  /** Range in the text that was parsed, escapes and blanks around a BREAK included. */
  readonly start: number;
  readonly end: number;
  /** The word BREAK; it really breaks only while its weight is exactly −1, that is outside all brackets. */
  readonly isBreak: boolean;
}

export interface Attention {
  readonly pieces: readonly AttentionPiece[];
  /** A weight Python's `float()` refuses, such as `1.5.2`: the web UI then fails to generate. */
  readonly error?: { readonly message: string; readonly start: number; readonly end: number };
  /** Offset of the first bracket deeper than `MAX_BRACKET_DEPTH`; deeper ones are read as text. */
  readonly tooDeepAt?: number;
}

export interface AttentionStyle {
  /** BREAK keeps its weight of −1 inside brackets. */
  readonly breakKeepsWeight?: boolean;
}

/** Every open bracket multiplies all that follows, so cost grows with depth; nobody nests this deep on purpose. */
export const MAX_BRACKET_DEPTH = 1000;
const ROUND = 1.1;
const SQUARE = 1 / 1.1;
const WEIGHT_CHARACTER = /[.\p{Nd}]/u;
const ESCAPABLE = '()[]\\';

interface Piece {
  text: string[];
  weight: number;
  start: number;
  end: number;
  isBreak: boolean;
}

/** Reads brackets, escapes, weights and BREAK of one text. Never throws; linear for a bounded nesting depth. */
export function parseAttention(text: string, style: AttentionStyle = {}): Attention {
  const pieces: Piece[] = [];
  const round: number[] = [];
  const square: number[] = [];
  /** Highest index at which an open bracket begins: pieces before it may not be joined with pieces after it. */
  let barrier = 0;
  let tooDeepAt: number | undefined;

  const multiply = (from: number, factor: number): void => {
    for (let index = from; index < pieces.length; index++) {
      const piece = pieces[index] as Piece;
      if (!(piece.isBreak && style.breakKeepsWeight)) piece.weight *= factor;
    }
  };
  const closed = (): void => {
    barrier = Math.max(round[round.length - 1] ?? 0, square[square.length - 1] ?? 0);
  };
  const push = (value: string, start: number, end: number, isBreak = false): void => {
    const weight = isBreak ? -1 : 1;
    const last = pieces[pieces.length - 1];
    if (
      last !== undefined &&
      pieces.length > barrier &&
      last.weight === weight &&
      !isBreak &&
      !last.isBreak
    ) {
      last.text.push(value);
      last.end = end;
    } else pieces.push({ text: [value], weight, start, end, isBreak });
  };
  const open = (stack: number[], at: number): void => {
    if (round.length + square.length >= MAX_BRACKET_DEPTH) {
      tooDeepAt ??= at;
      push(text[at] ?? '', at, at + 1);
      return;
    }
    stack.push(pieces.length);
    barrier = pieces.length;
  };

  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === '\\') {
      const next = text[at + 1] ?? '';
      const isEscape = next !== '' && ESCAPABLE.includes(next);
      push(isEscape ? next : '', at, at + (isEscape ? 2 : 1));
      at += isEscape ? 2 : 1;
    } else if (character === '(' || character === '[') {
      open(character === '(' ? round : square, at);
      at++;
    } else if (character === ':') {
      const end = weightEnd(text, at);
      if (end > 0 && round.length > 0) {
        const written = text.slice(skipSpace(text, at + 1), skipSpaceBack(text, end - 1));
        const weight = parseFloatPython(written);
        if (weight === undefined) {
          const message = `ValueError: could not convert string to float: ${reprPython(written)}`;
          return finish(pieces, { error: { message, start: at, end } }, tooDeepAt);
        }
        multiply(round.pop() as number, weight);
        closed();
      } else push(text.slice(at, end > 0 ? end : at + 1), at, end > 0 ? end : at + 1);
      at = end > 0 ? end : at + 1;
    } else if (character === ')' || character === ']') {
      const stack = character === ')' ? round : square;
      const from = stack.pop();
      if (from === undefined) push(character, at, at + 1);
      else {
        multiply(from, character === ')' ? ROUND : SQUARE);
        closed();
      }
      at++;
    } else {
      const end = runEnd(text, at);
      pushRun(text, at, end, push);
      at = end;
    }
  }
  for (const from of round) multiply(from, ROUND);
  for (const from of square) multiply(from, SQUARE);
  return finish(pieces, {}, tooDeepAt);
}

function finish(
  pieces: readonly Piece[],
  rest: Pick<Attention, 'error'>,
  tooDeepAt: number | undefined,
): Attention {
  return {
    pieces: pieces.map((piece) => ({ ...piece, text: piece.text.join('') })),
    ...rest,
    ...(tooDeepAt === undefined ? {} : { tooDeepAt }),
  };
}

/** Joins neighbours of exactly equal weight; an empty text is one empty run. */
export function attentionRuns(pieces: readonly AttentionPiece[]): WeightedRun[] {
  const runs: WeightedRun[] = [];
  let texts: string[] = [];
  let weight = 1;
  for (const piece of pieces) {
    if (texts.length > 0 && piece.weight === weight) texts.push(piece.text);
    else {
      if (texts.length > 0) runs.push([texts.join(''), weight]);
      texts = [piece.text];
      weight = piece.weight;
    }
  }
  runs.push([texts.join(''), texts.length > 0 ? weight : 1]);
  return runs;
}

/**
 * End of `: 1.2 )` that starts at a colon, or -1. Digits of any script count; an exponent does not, and a second point
 * is let through to fail later.
 */
function weightEnd(text: string, colon: number): number {
  let at = skipSpace(text, colon + 1);
  if (text[at] === '+' || text[at] === '-') at++;
  const start = at;
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (!WEIGHT_CHARACTER.test(character)) break;
    at += character.length;
  }
  if (at === start) return -1;
  at = skipSpace(text, at);
  return text[at] === ')' ? at + 1 : -1;
}

const RUN = /[^\\()[\]:]+/y;

function runEnd(text: string, start: number): number {
  RUN.lastIndex = start;
  return start + (RUN.exec(text)?.[0].length ?? 1);
}

/** Splits a run at each word BREAK, which takes the blanks around it along. */
function pushRun(
  text: string,
  start: number,
  end: number,
  push: (value: string, start: number, end: number, isBreak?: boolean) => void,
): void {
  let from = start;
  const run = text.slice(start, end);
  for (let found = run.indexOf('BREAK'); found >= 0; found = run.indexOf('BREAK', found + 5)) {
    // Boundaries are judged inside the run: a bracket or a colon beside it is the edge of the text.
    if (!isBoundary(run, found) || !isBoundary(run, found + 5)) continue;
    const word = start + found;
    push(text.slice(from, skipSpaceBack(text, word, from)), from, word);
    push('BREAK', word, word + 5, true);
    from = word + 5;
    while (from < end && isSpace(text.charAt(from))) from++;
  }
  push(text.slice(from, end), from, end);
}
