import { readPieces } from '../domain/chunkPieces';
import { BACKTRACK } from '../domain/chunks';
import { countingStretches } from '../domain/stretchCounts';
import type { Document, Item } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import { isSpace, SPACE } from '../text/python';
import { MAX_BRACKET_DEPTH } from './attention';

/**
 * Shortcuts of the lint. Each answers false only where the full reading is sure to find nothing, so that most prompts need
 * no full reading; test/unit/analysis/fastPaths.test.ts holds every one against the reading that it saves.
 */

/** How every switch of a schedule ends. */
const SWITCH_END = new RegExp(`:[${SPACE}]*[-+.0-9eE]+[${SPACE}]*\\]`);

/** False for a text without `[a:b:number]` and `[a|b]`, which needs no tree of schedules. */
export function mayHoldSchedule(text: string): boolean {
  return text.includes('|') || SWITCH_END.test(text);
}

/** A shorter text fits into memory at every step of the longest run. */
const SURELY_FITTING_LENGTH = 100_000;
/** A shorter number without an exponent is not too large for a step. */
const SURELY_SMALL_LENGTH = 200;

/**
 * False for a prompt in which no schedule can fail, which most are: without a square bracket there is none, only a bar or
 * a backslash makes a prompt literal, only an exponent or a very long number is too large for a step, and only a very
 * long text has more phases than fit. Holds for the text as it is written, too, before comments and networks go and what
 * stands around them joins.
 */
export function scheduleMayFail(text: string): boolean {
  return (
    text.includes('[') &&
    (text.includes('|') ||
      text.includes('\\') ||
      text.includes('#') ||
      text.length > SURELY_FITTING_LENGTH ||
      hasLargeNumber(text))
  );
}

/** Whether before a `]` stands a number that may be large, or a tag that may have parted one. */
function hasLargeNumber(text: string): boolean {
  for (let close = text.indexOf(']'); close >= 0; close = text.indexOf(']', close + 1)) {
    let at = close - 1;
    while (at >= 0 && isSpace(text.charAt(at))) at--;
    const end = at;
    for (; at >= 0 && isNumeric(text.charCodeAt(at)); at--)
      if (at < end && isE(text.charCodeAt(at))) return true;
    if (end - at > SURELY_SMALL_LENGTH || text[at] === '>') return true;
  }
  return false;
}

/** A digit, `+`, `-`, `.` or `e`. */
function isNumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46 || isE(code);
}

function isE(code: number): boolean {
  return code === 69 || code === 101;
}

/**
 * False for a text without a BREAK that breaks, a weight that fails and brackets nested too deep: only a weight with two
 * points, or with a point and no digit, is no number, and depth takes brackets.
 */
export function mayBreakOrFail(text: string): boolean {
  return text.length > MAX_BRACKET_DEPTH || text.includes('BREAK') || DOUBTFUL_WEIGHT.test(text);
}

const DOUBTFUL_WEIGHT = /:[^()[\]:]*\.(?:[^()[\]:]*\.|[^()[\]:\p{Nd}]*\))/u;

/** One bit for each hash; a prompt's phrases are few beside them. */
const BITS = 4096;
const seen = new Uint32Array(BITS / 32);

/** False when no two phrases without a tag fold alike; true for nearly no other prompt. */
export function mayRepeat(phrases: readonly { readonly hash: number; readonly hasTag: boolean }[]): boolean {
  seen.fill(0);
  for (const { hash, hasTag } of phrases) {
    if (hasTag) continue;
    const bit = hash & (BITS - 1);
    if ((seen[bit >> 5]! >>> (bit & 31)) & 1) return true;
    seen[bit >> 5]! |= 1 << (bit & 31);
  }
  return false;
}

/**
 * False for a prompt without a phrase that the end of a chunk cuts in two: only one with more tokens than the web UI moves
 * to the next chunk can be cut.
 */
export function mayCut(document: Document, items: readonly Item[], count: (text: string) => number): boolean {
  const text = withoutComments(document);
  let found = false;
  readPieces(document, items, {
    chunkBreak: () => undefined,
    phrase({ start, end, words }) {
      if (found || isShort(text, start, end)) return;
      const tokens = words === undefined ? countingStretches(count)(text, start, end) : count(words);
      found = tokens > BACKTRACK;
    },
  });
  return found;
}

/** True when a stretch cannot have more tokens than are moved: none is shorter than an ASCII character. */
function isShort(text: string, start: number, end: number): boolean {
  if (end - start > BACKTRACK) return false;
  for (let at = start; at < end; at++) if (text.charCodeAt(at) > 126) return false;
  return true;
}
