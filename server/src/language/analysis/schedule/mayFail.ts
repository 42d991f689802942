import { isSpace } from '../../text/python';

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
