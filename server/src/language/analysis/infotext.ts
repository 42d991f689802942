import { isWordAt, skipSpace, strip } from '../text/python';
import { unquoteValue } from '../text/quotedValue';

/** An infotext taken apart: what the web UI reads from a picture or from the clipboard. */
export interface Infotext {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** In order, values unquoted, sizes whole; a key may repeat (the last one counts). */
  readonly parameters: readonly InfotextPair[];
}

export interface InfotextPair {
  readonly key: string;
  readonly value: string;
  /** Offsets into the line that was read; the value's range includes its quotes. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The last line is the parameters only if it holds at least this many pairs. */
export const MIN_PARAMETERS = 3;
const NEGATIVE = 'Negative prompt:';

/** Splits prompt, negative prompt and parameters. Never throws; linear in the text. */
export function parseInfotext(text: string): Infotext {
  const lines = strip(text).split('\n');
  const last = lines[lines.length - 1] ?? '';
  let parameters = readParameterLine(last);
  if (parameters.length >= MIN_PARAMETERS) lines.pop();
  else parameters = [];

  const prompt: string[] = [];
  const negative: string[] = [];
  let isNegative = false;
  for (const raw of lines) {
    let line = strip(raw);
    if (line.startsWith(NEGATIVE)) {
      isNegative = true;
      line = strip(line.slice(NEGATIVE.length));
    }
    const target = isNegative ? negative : prompt;
    // Empty lines before the first words are dropped, later ones are kept.
    if (target.length > 0 || line !== '') target.push(line);
  }
  return { prompt: prompt.join('\n'), negativePrompt: negative.join('\n'), parameters };
}

const QUOTED = /"(?:\\[^\n]|[^\\"])+"/y;

/**
 * Reads `Key: value, Key: "quoted, value"`. A key is a word character and at least one more of letters, digits, blanks,
 * `-` and `/`; a quoted value counts as quoted only if a comma or the end follows.
 */
export function readParameterLine(line: string): InfotextPair[] {
  const pairs: InfotextPair[] = [];
  let done = 0;
  for (let colon = line.indexOf(':'); colon >= 0; colon = line.indexOf(':', Math.max(done, colon + 1))) {
    const keyEnd = colon;
    let runStart = colon;
    while (runStart > done && (' -/'.includes(line.charAt(runStart - 1)) || isWordAt(line, runStart - 1)))
      runStart--;
    let keyStart = runStart;
    while (keyStart < keyEnd && !isWordAt(line, keyStart)) keyStart++;
    const first = line.codePointAt(keyStart) ?? 0;
    if (keyStart + (first > 0xffff ? 2 : 1) >= keyEnd) continue;
    const valueStart = skipSpace(line, keyEnd + 1);
    let valueEnd = quotedEnd(line, valueStart);
    if (valueEnd < 0) {
      valueEnd = line.indexOf(',', valueStart);
      if (valueEnd < 0) valueEnd = line.length;
    }
    const value = unquoteValue(line.slice(valueStart, valueEnd));
    pairs.push({ key: line.slice(keyStart, keyEnd), value, keyStart, keyEnd, valueStart, valueEnd });
    done = Math.min(valueEnd + 1, line.length);
  }
  return pairs;
}

function quotedEnd(line: string, start: number): number {
  if (line[start] !== '"') return -1;
  QUOTED.lastIndex = start;
  const found = QUOTED.exec(line);
  if (found === null) return -1;
  const end = start + found[0].length;
  return end === line.length || line[end] === ',' ? end : -1;
}

/** `512x768` as two numbers, in the digits of any script, as the web UI's size pattern reads it. */
export function readSize(value: string): readonly [width: string, height: string] | undefined {
  const found = /^(\p{Nd}+)x(\p{Nd}+)\n?$/u.exec(value);
  return found === null ? undefined : [found[1] ?? '', found[2] ?? ''];
}

/** The flat record the web UI passes on: sizes split into `Size-1` and `Size-2`, empty values dropped. */
export function infotextRecord(infotext: Infotext): Map<string, string> {
  const record = new Map<string, string>([
    ['Prompt', infotext.prompt],
    ['Negative prompt', infotext.negativePrompt],
  ]);
  for (const { key, value, valueStart, valueEnd } of infotext.parameters) {
    if (valueEnd === valueStart) continue;
    const size = readSize(value);
    if (size === undefined) record.set(key, value);
    else {
      record.set(`${key}-1`, size[0]);
      record.set(`${key}-2`, size[1]);
    }
  }
  return record;
}
