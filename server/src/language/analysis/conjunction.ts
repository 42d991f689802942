import { asciiDigits, isBoundary, skipSpace, skipSpaceBack } from '../text/python';

/** One part of an AND composition, `[start, end)` of the prompt without its weight and trailing blanks. */
export interface Subprompt {
  readonly start: number;
  readonly end: number;
  readonly weight: number;
  /** The weight as written, after the last colon. */
  readonly weightStart?: number;
  readonly weightEnd?: number;
}

const WEIGHT = /^[-+]?(?:\p{Nd}+\.?|\p{Nd}*\.\p{Nd}+)$/u;

/**
 * Splits a positive prompt at each word AND and reads the weight at the end of every part. The weight is looked for in
 * a prompt without AND as well, which is why `aspect ratio 16:9` weighs 9.
 */
export function splitConjunction(text: string): Subprompt[] {
  const parts: Subprompt[] = [];
  let start = 0;
  for (let at = text.indexOf('AND'); at >= 0; at = text.indexOf('AND', at + 3)) {
    if (!isBoundary(text, at) || !isBoundary(text, at + 3)) continue;
    parts.push(readSubprompt(text, start, at));
    start = at + 3;
  }
  parts.push(readSubprompt(text, start, text.length));
  return parts;
}

function readSubprompt(text: string, start: number, limit: number): Subprompt {
  const end = skipSpaceBack(text, limit, start);
  const colon = start + text.slice(start, end).lastIndexOf(':');
  if (colon >= start) {
    const from = skipSpace(text, colon + 1, end);
    const written = text.slice(from, end);
    if (WEIGHT.test(written))
      return {
        start,
        end: skipSpaceBack(text, colon, start),
        weight: Number(asciiDigits(written)),
        weightStart: from,
        weightEnd: end,
      };
  }
  return { start, end, weight: 1 };
}
