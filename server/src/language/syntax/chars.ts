/**
 * Characters as Python's `re` module sees them, because the web UI's rules are Python regular expressions: `\w`, `\d`
 * and `\s` know all of Unicode there, and JavaScript's do not. Functions take one UTF-16 code unit or a code point.
 */

const WORD = /^[\p{L}\p{N}_]$/u;
const DIGIT = /^\p{Nd}$/u;

/** Python's `\w`: letters, numbers and `_`. */
export function isWordCode(code: number): boolean {
  if (code < 128) {
    return (
      (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
    );
  }
  return WORD.test(String.fromCodePoint(code));
}

/** Python's `\d`: decimal digits of any script. */
export function isDigitCode(code: number): boolean {
  if (code < 128) return code >= 48 && code <= 57;
  return DIGIT.test(String.fromCodePoint(code));
}

/** Python's `\s` without `\n` and `\r`. */
export function isBlankCode(code: number): boolean {
  if (code < 128)
    return code === 32 || code === 9 || code === 11 || code === 12 || (code >= 28 && code <= 31);
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

export function isNewlineCode(code: number): boolean {
  return code === 10 || code === 13;
}

export function isSpaceCode(code: number): boolean {
  return isBlankCode(code) || isNewlineCode(code);
}

/** The word character at an offset, in code units: 0 when there is none, 2 for one outside the BMP. */
export function wordLengthAt(text: string, offset: number): number {
  const code = text.codePointAt(offset);
  if (code === undefined || !isWordCode(code)) return 0;
  return code > 0xffff ? 2 : 1;
}

/** True when the character that ends just before `offset` is a word character. */
export function wordEndsAt(text: string, offset: number): boolean {
  if (offset <= 0) return false;
  const code = text.charCodeAt(offset - 1);
  const low = code >= 0xdc00 && code <= 0xdfff;
  return isWordCode(low && offset > 1 ? (text.codePointAt(offset - 2) ?? code) : code);
}

/** `（ ） ［ ］ ： ， ＜ ＞ ｜` and their ASCII twins: they look like syntax to the writer and are text to the web UI. */
export const FULL_WIDTH: Readonly<Record<number, string>> = {
  65288: '(',
  65289: ')',
  65339: '[',
  65341: ']',
  65306: ':',
  65292: ',',
  65308: '<',
  65310: '>',
  65372: '|',
};

/**
 * Reads a decimal number as Python's `float()` does for the texts the web UI's patterns let through: a sign, digits
 * of any script, at most one point, and an exponent. NaN for everything else, also for `nan`, `inf` and `1_0`.
 */
export function parseDecimal(text: string): number {
  let ascii = text.trim();
  if (NOT_ASCII.test(ascii)) ascii = Array.from(ascii, digitValue).join('');
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(ascii) ? Number(ascii) : Number.NaN;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** A decimal digit of any script as its ASCII digit; other characters as they are. Unicode keeps digits in runs of ten. */
function digitValue(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 128 || !isDigitCode(code)) return character;
  let start = code;
  while (isDigitCode(start - 1)) start--;
  return String((code - start) % 10);
}
