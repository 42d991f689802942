import type { Range } from '../../shared/range';
import { parseDecimal } from '../text/python';
import type { Alternation, Group, Item, Schedule, Tag, TagArgument, Text, Weight } from './nodes';

/** A colon or a pipe: parts a schedule or an alternation in square brackets, and is text anywhere else. */
export interface Separator {
  readonly type: ':' | '|';
  readonly range: Range;
}

export type Piece = Item | Separator;

/** Python's `float()` of a schedule's number: sign, digits, point, exponent. */
const WHEN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const NO_ITEMS: readonly Item[] = [];

/**
 * Outside of square brackets colons and pipes are text, and neighbouring texts are one. The copy has no spare room,
 * unlike an array that was pushed to: a large document has millions of these.
 */
export function itemsOf(pieces: readonly Piece[]): readonly Item[] {
  if (pieces.length === 0) return NO_ITEMS;
  const items: Item[] = [];
  let start = 0;
  let end = -1;
  const flush = (): void => {
    if (end >= 0) items.push({ type: 'text', range: { start, end } });
    end = -1;
  };
  for (const piece of pieces) {
    const { range } = piece;
    if (piece.type !== 'text' && !isSeparator(piece)) {
      flush();
      items.push(piece);
    } else {
      if (end !== range.start) {
        flush();
        start = range.start;
      }
      end = range.end;
    }
  }
  flush();
  return items.slice();
}

/** The end of a group is its closer's, or that of the last thing in it. */
export function buildGroup(
  bracket: 'round' | 'square',
  start: number,
  pieces: readonly Piece[],
  weight: Weight | undefined,
  close: number | undefined,
): Group {
  const end = close ?? weight?.range.end ?? pieces.at(-1)?.range.end ?? start + 1;
  const range = { start, end };
  const items = itemsOf(pieces);
  const closed = close !== undefined;
  // Two literals: spreading costs more than all the rest.
  return weight === undefined
    ? { type: 'group', bracket, range, items, closed }
    : { type: 'group', bracket, range, items, weight, closed };
}

export function buildWeight(text: string, range: Range): Weight {
  return { range, text, value: parseDecimal(text) };
}

/**
 * Decides what a pair of square brackets is: `[a|b]` an alternation, `[a:b:n]`, `[b:n]`, `[a::n]` and `[:b:n]` a
 * schedule when `n` is a number, and anything else a group that weakens.
 */
export function buildSquare(
  text: string,
  start: number,
  pieces: readonly Piece[],
  close: number | undefined,
): Group | Schedule | Alternation {
  if (close !== undefined) {
    const range = { start, end: close };
    if (pieces.some((piece) => piece.type === '|')) {
      return { type: 'alternation', range, options: split(pieces, '|').map(itemsOf) };
    }
    const schedule = buildSchedule(text, range, pieces);
    if (schedule !== undefined) return schedule;
  }
  return buildGroup('square', start, pieces, undefined, close);
}

function buildSchedule(text: string, range: Range, pieces: readonly Piece[]): Schedule | undefined {
  const parts = split(pieces, ':');
  if (parts.length < 2 || parts.length > 3) return undefined;
  const when = buildWhen(text, parts.pop()!);
  if (when === undefined) return undefined;
  const to = itemsOf(parts.pop()!);
  const from = parts.pop();
  return from === undefined
    ? { type: 'schedule', range, to, when }
    : { type: 'schedule', range, from: itemsOf(from), to, when };
}

/** A comment may stand beside the number; anything else makes it no number. */
function buildWhen(text: string, pieces: readonly Piece[]): Weight | undefined {
  let found: Weight | undefined;
  for (const piece of pieces) {
    if (piece.type !== 'text') return undefined;
    const raw = text.slice(piece.range.start, piece.range.end);
    const number = raw.trim();
    if (number === '') continue;
    if (found !== undefined || !WHEN.test(number)) return undefined;
    const start = piece.range.start + raw.indexOf(number);
    found = { range: { start, end: start + number.length }, text: number, value: parseDecimal(number) };
  }
  return found;
}

export function buildTag(text: string, { start, end }: Range): Tag {
  const typeRange = { start: start + 1, end: text.indexOf(':', start) };
  const closed = text[end - 1] === '>';
  return {
    type: 'tag',
    range: { start, end },
    tagType: text.slice(typeRange.start, typeRange.end),
    tagTypeRange: typeRange,
    args: splitArguments(text, typeRange.end + 1, closed ? end - 1 : end),
    closed,
  };
}

function splitArguments(text: string, start: number, end: number): TagArgument[] {
  const args: TagArgument[] = [];
  let position = start;
  for (const part of text.slice(start, end).split(':')) {
    const range = { start: position, end: position + part.length };
    const equals = part.indexOf('=');
    const isNamed = equals >= 0 && part.indexOf('=', equals + 1) < 0;
    args.push(
      isNamed
        ? { range, text: part, key: part.slice(0, equals), value: part.slice(equals + 1) }
        : { range, text: part },
    );
    position = range.end + 1;
  }
  return args;
}

function split(pieces: readonly Piece[], at: ':' | '|'): Piece[][] {
  const parts: Piece[][] = [[]];
  for (const piece of pieces) {
    if (piece.type === at) parts.push([]);
    else parts.at(-1)!.push(piece);
  }
  return parts;
}

function isSeparator(piece: Piece): piece is Separator {
  return piece.type === ':' || piece.type === '|';
}

/** A run of words, commas and blanks as a node. */
export function buildText(range: Range): Text {
  return { type: 'text', range };
}
