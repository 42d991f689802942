import type { Range } from '../../shared/range';
import { isDigitCode, isSpaceCode } from './chars';
import { MAX_NESTING } from './limits';
import { nestingTooDeep, strayCloser, unclosedRound, unclosedSquare } from './messages';
import type { Reporter } from './reporter';
import { type Tokens, tokenEnd } from './tokenBuffer';
import { KIND, type Kind } from './tokens';

/** Tokens as the grammar takes them, in flat arrays; offsets are the document's. Comments are left out. */
export interface SettledTokens {
  length: number;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/**
 * Settles in one pass what each bracket is, so that the grammar after it accepts every input by looking at one token:
 * a closer that closes nothing and brackets beyond the nesting cap become text, `: number` before the `)` it belongs
 * to becomes a weight, and comments are left out. Of the tokens, whose offsets count from `origin`, only what lies in
 * `range` is taken.
 *
 * A closer ends the nearest open bracket of its own kind, as in the web UI, which keeps a stack for each kind;
 * brackets of the other kind opened since then stay unclosed.
 */
export function settleBrackets(
  text: string,
  tokens: Tokens,
  origin: number,
  range: Range,
  reporter: Reporter,
): SettledTokens {
  const out: SettledTokens = {
    length: 0,
    kinds: new Uint8Array(tokens.length),
    starts: new Uint32Array(tokens.length),
    ends: new Uint32Array(tokens.length),
  };
  /** Text not yet in `out`: brackets that become text join the run they stand in. */
  let runStart = -1;
  let runEnd = -1;
  /** Offsets of the open brackets; one deeper than the cap stays text, and so does its closer. */
  const open: number[] = [];
  let openRound = 0;
  let openSquare = 0;
  let stray: { start: number; end: number; readonly kind: Kind } | undefined;
  let isDepthReported = false;

  const endRun = (): void => {
    if (runStart >= 0) append(out, KIND.run, runStart, runEnd);
    runStart = -1;
  };
  const addText = (start: number, end: number): void => {
    if (runStart < 0 || runEnd !== start) {
      endRun();
      runStart = start;
    }
    runEnd = end;
  };

  const reportStray = (): void => {
    if (stray === undefined) return;
    const { start, end, kind } = stray;
    const bracket = kind === KIND.roundClose ? ')' : ']';
    reporter.report('unbalanced-bracket', () => strayCloser(bracket, end - start), { start, end });
    stray = undefined;
  };
  /** `depth` counts the brackets around it. */
  const reportUnclosed = (start: number, depth: number): void => {
    if (depth >= MAX_NESTING) return;
    const message = text[start] === '(' ? unclosedRound : unclosedSquare;
    reporter.report('unbalanced-bracket', message, { start, end: start + 1 });
  };

  const addOpener = (kind: Kind, start: number): void => {
    const isText = open.length >= MAX_NESTING;
    if (isText && !isDepthReported) {
      isDepthReported = true;
      reporter.report('nesting-too-deep', nestingTooDeep, { start, end: start + 1 });
    }
    open.push(start);
    if (kind === KIND.roundOpen) openRound++;
    else openSquare++;
    if (isText) addText(start, start + 1);
    else {
      endRun();
      append(out, kind, start, start + 1);
    }
  };

  const addStray = (kind: Kind, start: number): void => {
    if (stray?.end !== start || stray.kind !== kind) {
      reportStray();
      stray = { start, end: start, kind };
    }
    stray.end++;
    addText(start, start + 1);
  };

  const addCloser = (kind: Kind, start: number): void => {
    const isRound = kind === KIND.roundClose;
    if ((isRound ? openRound : openSquare) === 0) {
      addStray(kind, start);
      return;
    }
    const opener = isRound ? '(' : '[';
    while (text[open[open.length - 1]!] !== opener) {
      reportUnclosed(open.pop()!, open.length);
      if (isRound) openSquare--;
      else openRound--;
    }
    open.pop();
    if (isRound) openRound--;
    else openSquare--;
    if (open.length >= MAX_NESTING) {
      addText(start, start + 1);
      return;
    }
    endRun();
    if (isRound) settleWeight(text, out);
    append(out, kind, start, start + 1);
  };

  for (let index = 0; index < tokens.length; index++) {
    const start = Math.max(range.start, origin + tokens.starts[index]!);
    const end = Math.min(range.end, origin + tokenEnd(tokens, index));
    if (end <= start) continue;
    const kind = tokens.kinds[index]!;
    if (kind === KIND.run) addText(start, end);
    else if (kind === KIND.roundOpen || kind === KIND.squareOpen) addOpener(kind, start);
    else if (kind === KIND.roundClose || kind === KIND.squareClose) addCloser(kind, start);
    else if (kind !== KIND.comment && kind !== KIND.negativeLabel) {
      endRun();
      append(out, kind, start, end);
    }
  }
  endRun();
  reportStray();
  open.forEach(reportUnclosed);
  return out;
}

function append(out: SettledTokens, kind: Kind, start: number, end: number): void {
  out.kinds[out.length] = kind;
  out.starts[out.length] = start;
  out.ends[out.length] = end;
  out.length++;
}

/**
 * Turns a colon and a number at the end of `out` into a weight, by the web UI's pattern `:\s*[+-]?[.\d]+\s*` before a
 * `)`. Comments may stand between them; the web UI removes those first.
 */
function settleWeight(text: string, out: SettledTokens): void {
  let index = out.length - 1;
  let number: Range | undefined;
  for (; index >= 0 && out.kinds[index] === KIND.run; index--) {
    const trimmed = trimBlanks(text, out.starts[index]!, out.ends[index]!);
    if (trimmed === undefined) continue;
    if (number !== undefined || !isWeight(text, trimmed)) return;
    number = trimmed;
  }
  if (number === undefined || index < 0 || out.kinds[index] !== KIND.colon) return;
  out.length = index;
  append(out, KIND.weightColon, out.starts[index]!, out.ends[index]!);
  append(out, KIND.weightNumber, number.start, number.end);
}

/** `[+-]?[.\d]+`, where `\d` is any script's digit. */
function isWeight(text: string, { start, end }: Range): boolean {
  const first = text[start] === '+' || text[start] === '-' ? start + 1 : start;
  if (first === end) return false;
  for (let offset = first; offset < end; offset++) {
    const code = text.codePointAt(offset)!;
    if (code !== 46 && !isDigitCode(code)) return false;
    if (code > 0xffff) offset++;
  }
  return true;
}

/** A stretch without the blanks around it, or undefined if there is nothing else in it. */
function trimBlanks(text: string, from: number, to: number): Range | undefined {
  let start = from;
  while (start < to && isSpaceCode(text.charCodeAt(start))) start++;
  if (start === to) return undefined;
  let end = to;
  while (isSpaceCode(text.charCodeAt(end - 1))) end--;
  return { start, end };
}
