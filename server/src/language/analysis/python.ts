/**
 * The web UI is written in Python, and its regular expressions are Unicode-aware where JavaScript's are not. These are
 * the pieces of Python's meaning the analysis depends on.
 */

/** Body of a character class equal to Python's `\s` for text: no U+FEFF, but the separators U+001C–U+001F and U+0085. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Body of a character class equal to Python's `\w`: letters and numbers of any script and `_`, no combining marks. */
export const WORD = '\\p{L}\\p{N}_';

const SPACE_PATTERN = new RegExp(`[${SPACE}]`);
const WORD_PATTERN = new RegExp(`[${WORD}]`, 'u');

/** True for a single UTF-16 unit that Python's `str.isspace` accepts. */
export function isSpace(unit: string): boolean {
  const code = unit.charCodeAt(0);
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
  return SPACE_PATTERN.test(unit);
}

/** True when the code point that starts (or ends, for a trailing surrogate) at `offset` matches `\w`. */
export function isWordAt(text: string, offset: number): boolean {
  if (offset < 0 || offset >= text.length) return false;
  const unit = text.charCodeAt(offset);
  if (unit < 0x80)
    return (
      (unit >= 0x61 && unit <= 0x7a) ||
      (unit >= 0x41 && unit <= 0x5a) ||
      (unit >= 0x30 && unit <= 0x39) ||
      unit === 0x5f
    );
  const start = unit >= 0xdc00 && unit <= 0xdfff && offset > 0 ? offset - 1 : offset;
  const point = text.codePointAt(start);
  return point !== undefined && WORD_PATTERN.test(String.fromCodePoint(point));
}

/** True when Python's `\b` matches at `offset`. */
export function isBoundary(text: string, offset: number): boolean {
  return isWordAt(text, offset - 1) !== isWordAt(text, offset);
}

/** First offset at or after `offset` that is not white space. */
export function skipSpace(text: string, offset: number, end = text.length): number {
  let at = offset;
  while (at < end && isSpace(text.charAt(at))) at++;
  return at;
}

/** Last offset at or before `offset` that does not follow white space. */
export function skipSpaceBack(text: string, offset: number, start = 0): number {
  let at = offset;
  while (at > start && isSpace(text.charAt(at - 1))) at--;
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
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
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
