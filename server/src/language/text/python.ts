/**
 * Python's text functions, as far as the web UI's results depend on them. Its regular expressions know all of Unicode for
 * `\w`, `\d` and `\s`, where JavaScript's do not. This is the only module that restates them.
 */

/** Body of a character class equal to Python's `\s` for text: no U+FEFF, but the separators U+001C–U+001F and U+0085. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Body of a character class equal to Python's `\w`: letters and numbers of any script and `_`, no combining marks. */
export const WORD = '\\p{L}\\p{N}_';

const WORD_CHARACTER = new RegExp(`^[${WORD}]$`, 'u');
const DIGIT_CHARACTER = /^\p{Nd}$/u;

/** Python's `\w` for a UTF-16 unit or a code point: letters, numbers and `_`. */
export function isWordCode(code: number): boolean {
  if (code < 128) {
    return (
      (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
    );
  }
  return WORD_CHARACTER.test(String.fromCodePoint(code));
}

/** Python's `\d` for a UTF-16 unit or a code point: decimal digits of any script. */
export function isDigitCode(code: number): boolean {
  if (code < 128) return code >= 48 && code <= 57;
  return DIGIT_CHARACTER.test(String.fromCodePoint(code));
}

/** Python's `\s` without `\n` and `\r`, for a UTF-16 unit. */
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

/** Python's `\s`, for a UTF-16 unit. */
export function isSpaceCode(code: number): boolean {
  return isBlankCode(code) || isNewlineCode(code);
}

/** True for a text whose first UTF-16 unit matches Python's `\s`. */
export function isSpace(text: string): boolean {
  return isSpaceCode(text.charCodeAt(0));
}

/** Length of the word character at an offset, in UTF-16 units: 0 when there is none, 2 for one outside the BMP. */
export function wordLengthAt(text: string, offset: number): number {
  const code = text.codePointAt(offset);
  if (code === undefined || !isWordCode(code)) return 0;
  return code > 0xffff ? 2 : 1;
}

/** True when the code point that starts (or ends, for a trailing surrogate) at `offset` matches `\w`. */
export function isWordAt(text: string, offset: number): boolean {
  if (offset < 0 || offset >= text.length) return false;
  const unit = text.charCodeAt(offset);
  if (unit < 0xd800 || unit > 0xdfff) return isWordCode(unit);
  const start = unit >= 0xdc00 && offset > 0 ? offset - 1 : offset;
  return isWordCode(text.codePointAt(start) ?? unit);
}

/** True when the character that ends just before `offset` is a word character. */
export function wordEndsAt(text: string, offset: number): boolean {
  return isWordAt(text, offset - 1);
}

/** True when Python's `\b` matches at `offset`. */
export function isBoundary(text: string, offset: number): boolean {
  return isWordAt(text, offset - 1) !== isWordAt(text, offset);
}

/** First offset at or after `offset` that is not white space. */
export function skipSpace(text: string, offset: number, end = text.length): number {
  let at = offset;
  while (at < end && isSpaceCode(text.charCodeAt(at))) at++;
  return at;
}

/** Last offset at or before `offset` that does not follow white space. */
export function skipSpaceBack(text: string, offset: number, start = 0): number {
  let at = offset;
  while (at > start && isSpaceCode(text.charCodeAt(at - 1))) at--;
  return at;
}

/** `str.strip()`. */
export function strip(text: string): string {
  const start = skipSpace(text, 0);
  return text.slice(start, skipSpaceBack(text, text.length, start));
}

/** `str.rstrip()`. */
export function stripEnd(text: string): string {
  return text.slice(0, skipSpaceBack(text, text.length));
}

const DIGITS = '[0-9]+(?:_[0-9]+)*';
const FLOAT = new RegExp(`^[+-]?(?:(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?)$`);
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;
const INTEGER = new RegExp(`^[+-]?${DIGITS}$`);

/** What nearly every number looks like. */
const PLAIN_INTEGER = /^[0-9]+$/;
const PLAIN_NUMBER = /^[0-9]+(?:\.[0-9]+)?$/;

const NOT_ASCII = /[^\0-\x7f]/;

/** Decimal digits of any script as ASCII, as `float()` and `int()` read them. */
export function asciiDigits(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (digit) => String(decimalValue(digit.codePointAt(0) ?? 0)));
}

/**
 * Value of a decimal digit. Unicode keeps each script's ten digits together and in order, so the value is the distance
 * to the first of the run; a run may follow another one directly, hence modulo ten.
 */
function decimalValue(point: number): number {
  if (point >= 0x30 && point <= 0x39) return point - 0x30;
  let first = point;
  while (isDigitCode(first - 1)) first--;
  return (point - first) % 10;
}

/** Python's `float(text)`: undefined where it raises ValueError. Accepts `nan`, `inf`, `1_0`, ` 0.5 `, any script's digits. */
export function parseFloatPython(text: string): number | undefined {
  if (PLAIN_NUMBER.test(text)) return Number(text);
  const body = asciiDigits(strip(text));
  if (FLOAT.test(body)) return Number(body.replaceAll('_', ''));
  const special = SPECIAL.exec(body);
  if (special === null) return undefined;
  if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * A decimal number as `float()` reads the texts that the web UI's patterns let through: a sign, digits of any script, at
 * most one point, and an exponent. NaN for everything else, also for `nan`, `inf` and `1_0`.
 */
export function parseDecimal(text: string): number {
  const ascii = asciiDigits(text.trim());
  return DECIMAL.test(ascii) ? Number(ascii) : Number.NaN;
}

/** Python's `int(text)`: undefined where it raises ValueError. */
export function parseIntPython(text: string): number | undefined {
  if (PLAIN_INTEGER.test(text)) return Number(text);
  const body = asciiDigits(strip(text));
  return INTEGER.test(body) ? Number(body.replaceAll('_', '')) : undefined;
}

/** `repr()` of a string, for messages that quote Python's own. */
export function reprPython(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = '';
  for (const character of text) {
    if (character === '\\' || character === quote) body += `\\${character}`;
    else if (character === '\n') body += '\\n';
    else if (character === '\r') body += '\\r';
    else if (character === '\t') body += '\\t';
    else if (character < ' ' || character === '\x7f')
      body += `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
    else body += character;
  }
  return quote + body + quote;
}
