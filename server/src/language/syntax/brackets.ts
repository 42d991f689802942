import type { Range } from '../../shared/range';
import { isDigitCode, isSpaceCode } from '../text/python';
import { MAX_NESTING } from './limits';
import { nestingTooDeep, strayCloser, unclosedRound, unclosedSquare } from './messages';
import type { Reporter } from './reporter';
import { SettledBuffer, type SettledTokens } from './settledTokens';
import { type Tokens, tokenEnd } from './tokenBuffer';
import { KIND, type Kind } from './tokens';

/**
 * Settles in one pass what each bracket is, so that the grammar after it accepts every input by looking at one token:
 * a closer that closes nothing and brackets beyond the nesting cap become text, `: number` before the `)` it belongs
 * to becomes a weight, and comments are left out. Of the tokens, whose offsets count from `origin`, only what lies in
 * `range` is taken.
 *
 * A closer ends the nearest open bracket of its own kind, as in the web UI, which keeps a stack for each kind;
 * brackets of the other kind opened since then stay unclosed.
 *
 * The result holds until the next call.
 */
export function settleBrackets(
  text: string,
  tokens: Tokens,
  origin: number,
  range: Range,
  reporter: Reporter,
): SettledTokens {
  out.begin(tokens.length);
  new Settling(text, reporter).settle(tokens, origin, range);
  return out;
}

const out = new SettledBuffer();

class Settling {
  /** Text not yet in `out`: brackets that become text join the run they stand in. */
  #runStart = -1;
  #runEnd = -1;
  /** Offsets of the open brackets; one deeper than the cap stays text, and so does its closer. */
  readonly #open: number[] = [];
  #openRound = 0;
  #openSquare = 0;
  #stray: { readonly start: number; end: number; readonly kind: Kind } | undefined;
  #isDepthReported = false;

  constructor(
    private readonly text: string,
    private readonly reporter: Reporter,
  ) {}

  settle(tokens: Tokens, origin: number, range: Range): void {
    for (let index = 0; index < tokens.length; index++) {
      const start = Math.max(range.start, origin + tokens.starts[index]!);
      const end = Math.min(range.end, origin + tokenEnd(tokens, index));
      if (end <= start) continue;
      const kind = tokens.kinds[index]!;
      if (kind === KIND.run) this.#addText(start, end);
      else if (kind === KIND.roundOpen || kind === KIND.squareOpen) this.#addOpener(kind, start);
      else if (kind === KIND.roundClose || kind === KIND.squareClose) this.#addCloser(kind, start);
      else if (kind !== KIND.comment && kind !== KIND.negativeLabel) {
        this.#endRun();
        out.add(kind, start, end);
      }
    }
    this.#endRun();
    this.#reportStray();
    this.#open.forEach((start, depth) => {
      this.#reportUnclosed(start, depth);
    });
  }

  #endRun(): void {
    if (this.#runStart >= 0) out.add(KIND.run, this.#runStart, this.#runEnd);
    this.#runStart = -1;
  }

  #addText(start: number, end: number): void {
    if (this.#runStart < 0 || this.#runEnd !== start) {
      this.#endRun();
      this.#runStart = start;
    }
    this.#runEnd = end;
  }

  #addOpener(kind: Kind, start: number): void {
    const isText = this.#open.length >= MAX_NESTING;
    if (isText && !this.#isDepthReported) {
      this.#isDepthReported = true;
      this.reporter.report('nesting-too-deep', nestingTooDeep, { start, end: start + 1 });
    }
    this.#open.push(start);
    if (kind === KIND.roundOpen) this.#openRound++;
    else this.#openSquare++;
    if (isText) this.#addText(start, start + 1);
    else {
      this.#endRun();
      out.add(kind, start, start + 1);
    }
  }

  #addCloser(kind: Kind, start: number): void {
    const isRound = kind === KIND.roundClose;
    if ((isRound ? this.#openRound : this.#openSquare) === 0) {
      this.#addStray(kind, start);
      return;
    }
    const open = this.#open;
    const opener = isRound ? '(' : '[';
    while (this.text[open[open.length - 1]!] !== opener) {
      this.#reportUnclosed(open.pop()!, open.length);
      if (isRound) this.#openSquare--;
      else this.#openRound--;
    }
    open.pop();
    if (isRound) this.#openRound--;
    else this.#openSquare--;
    if (open.length >= MAX_NESTING) {
      this.#addText(start, start + 1);
      return;
    }
    this.#endRun();
    if (isRound) settleWeight(this.text);
    out.add(kind, start, start + 1);
  }

  #addStray(kind: Kind, start: number): void {
    if (this.#stray?.end !== start || this.#stray.kind !== kind) {
      this.#reportStray();
      this.#stray = { start, end: start, kind };
    }
    this.#stray.end++;
    this.#addText(start, start + 1);
  }

  #reportStray(): void {
    if (this.#stray === undefined) return;
    const { start, end, kind } = this.#stray;
    const bracket = kind === KIND.roundClose ? ')' : ']';
    this.reporter.report('unbalanced-bracket', () => strayCloser(bracket, end - start), { start, end });
    this.#stray = undefined;
  }

  /** `depth` counts the brackets around it. */
  #reportUnclosed(start: number, depth: number): void {
    if (depth >= MAX_NESTING) return;
    const message = this.text[start] === '(' ? unclosedRound : unclosedSquare;
    this.reporter.report('unbalanced-bracket', message, { start, end: start + 1 });
  }
}

/**
 * Turns a colon and a number at the end of `out` into a weight, by the web UI's pattern `:\s*[+-]?[.\d]+\s*` before a
 * `)`. Comments may stand between them; the web UI removes those first.
 */
function settleWeight(text: string): void {
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
  out.add(KIND.weightColon, out.starts[index]!, out.ends[index]!);
  out.add(KIND.weightNumber, number.start, number.end);
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
