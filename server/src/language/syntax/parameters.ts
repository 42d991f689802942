import type { Range } from '../../shared/range';
import { isBlankCode, isNewlineCode, wordLengthAt } from '../text/python';
import { unquoteValue } from '../text/quotedValue';
import type { Parameter, Token, TokenKind } from './nodes';
import { KNOWN_PARAMETER_KEYS } from './parameterKeys';

const COMMA = 44;
const COLON = 58;
const HASH = 35;
const QUOTE = 34;
const BACKSLASH = 92;
/** No key is longer; the limit keeps the look at the head of a line short. */
const LONGEST_KEY = 100;

/**
 * The pair that begins exactly at `start`, in the web UI's shape `\w[\w \-/]+:`, or undefined. `keyEnd` is without
 * trailing blanks, `colon` where the colon stands.
 */
function keyAt(text: string, start: number, end: number): { keyEnd: number; colon: number } | undefined {
  let offset = start;
  let keyEnd = start;
  const limit = Math.min(end, start + LONGEST_KEY);
  while (offset < limit) {
    const word = wordLengthAt(text, offset);
    const character = text[offset];
    if (word === 0 && (offset === start || (character !== ' ' && character !== '-' && character !== '/')))
      break;
    offset += word || 1;
    if (character !== ' ') keyEnd = offset;
  }
  return text.charCodeAt(offset) === COLON && offset < end && offset >= start + 2
    ? { keyEnd, colon: offset }
    : undefined;
}

/** True when a line (from its first character that is not blank) begins with `Key:`, of any key or of a known one. */
export function beginsWithKey(text: string, start: number, end: number, known: boolean): boolean {
  const key = keyAt(text, start, end);
  return key !== undefined && (!known || KNOWN_PARAMETER_KEYS.has(text.slice(start, key.keyEnd)));
}

export interface ParameterScan {
  readonly tokens: readonly Token[];
  readonly parameters: readonly Parameter[];
  readonly comments: readonly Range[];
  /** Pieces between commas that are no pair: the web UI drops them. */
  readonly unparsed: readonly Range[];
}

/**
 * Reads `Key: value` pairs: separated by commas or line ends, values quoted as JSON strings where they hold a comma,
 * or a JSON list or object as some sites write them without quotes. A line that begins with `#` is a comment; a `#`
 * inside a value is part of it, as in picture metadata.
 */
export function scanParameters(text: string, range: Range): ParameterScan {
  const tokens: Token[] = [];
  const parameters: Parameter[] = [];
  const comments: Range[] = [];
  const unparsed: Range[] = [];
  let lineStart = true;
  let jsonEnds = true;
  let offset = range.start;

  const take = (kind: TokenKind, end: number): Range => {
    const taken = { start: offset, end };
    if (end > offset) tokens.push({ kind, range: taken });
    offset = end;
    return taken;
  };
  const blanks = (): void => {
    take('whitespace', skipBlanks(text, offset, range.end));
  };

  while (offset < range.end) {
    blanks();
    if (offset >= range.end) break;
    const code = text.charCodeAt(offset);
    if (isNewlineCode(code)) {
      take('newline', offset + (code === 13 && text.charCodeAt(offset + 1) === 10 ? 2 : 1));
      lineStart = true;
      jsonEnds = true;
      continue;
    }
    if (code === HASH && lineStart) {
      comments.push(take('comment', lineEnd(text, offset, range.end)));
      continue;
    }
    lineStart = false;
    if (code === COMMA) {
      take('comma', offset + 1);
      continue;
    }
    const key = keyAt(text, offset, range.end);
    if (key === undefined) {
      unparsed.push(take('text', plainEnd(text, offset, range.end)));
      continue;
    }
    const keyRange = take('parameterKey', key.keyEnd);
    blanks();
    take('colon', key.colon + 1);
    blanks();
    const value = valueAt(text, offset, range.end, jsonEnds);
    jsonEnds = value.jsonEnds;
    const valueRange = take('parameterValue', value.end);
    parameters.push({
      key: text.slice(keyRange.start, keyRange.end),
      keyRange,
      value: unquoteValue(text.slice(valueRange.start, valueRange.end)),
      valueRange,
    });
  }
  return { tokens, parameters, comments, unparsed };
}

/**
 * Pairs of one line, counting only those whose key begins the line or follows a comma, so that `(a:1.2)` and
 * `<lora:x:1>` in a prompt's last line do not make it a parameter line. Zero when the line does not begin with a key.
 */
export function countPairs(text: string, range: Range): number {
  if (!beginsWithKey(text, range.start, range.end, false)) return 0;
  return scanParameters(text, range).parameters.length;
}

/** `jsonEnds` is false once a bracket on this line turned out not to be JSON; giving up then keeps the search linear. */
function valueAt(
  text: string,
  start: number,
  end: number,
  json: boolean,
): { end: number; jsonEnds: boolean } {
  const first = text.charCodeAt(start);
  if (first === QUOTE) {
    const quoted = quotedEnd(text, start, end);
    if (quoted !== undefined && endsValue(text, quoted, end)) return { end: quoted, jsonEnds: json };
  }
  if (json && (text[start] === '[' || text[start] === '{')) {
    const close = jsonEnd(text, start, end);
    if (close !== undefined && endsValue(text, close, end)) return { end: close, jsonEnds: true };
    return { end: plainEnd(text, start, end), jsonEnds: false };
  }
  return { end: plainEnd(text, start, end), jsonEnds: json };
}

function quotedEnd(text: string, start: number, end: number): number | undefined {
  for (let offset = start + 1; offset < end; offset++) {
    const code = text.charCodeAt(offset);
    if (isNewlineCode(code)) return undefined;
    if (code === BACKSLASH) offset++;
    else if (code === QUOTE) return offset + 1;
  }
  return undefined;
}

function jsonEnd(text: string, start: number, end: number): number | undefined {
  let depth = 0;
  for (let offset = start; offset < end; offset++) {
    const character = text[offset];
    if (character === '\n' || character === '\r') return undefined;
    if (character === '"') {
      const close = quotedEnd(text, offset, end);
      if (close === undefined) return undefined;
      offset = close - 1;
    } else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') {
      depth--;
      if (depth === 0) return offset + 1;
    }
  }
  return undefined;
}

function endsValue(text: string, offset: number, end: number): boolean {
  const next = skipBlanks(text, offset, end);
  return next === end || text.charCodeAt(next) === COMMA || isNewlineCode(text.charCodeAt(next));
}

/** To the comma or the line's end, without trailing blanks. */
function plainEnd(text: string, start: number, end: number): number {
  let last = start;
  for (let offset = start; offset < end; offset++) {
    const code = text.charCodeAt(offset);
    if (code === COMMA || isNewlineCode(code)) break;
    if (!isBlankCode(code)) last = offset + 1;
  }
  return last;
}

function lineEnd(text: string, start: number, end: number): number {
  let offset = start;
  while (offset < end && !isNewlineCode(text.charCodeAt(offset))) offset++;
  return offset;
}

function skipBlanks(text: string, start: number, end: number): number {
  let offset = start;
  while (offset < end && isBlankCode(text.charCodeAt(offset))) offset++;
  return offset;
}
