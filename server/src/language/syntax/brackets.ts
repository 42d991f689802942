import type { IToken, TokenType } from 'chevrotain';
import type { Range } from '../../shared/range';
import { isDigitCode, isSpaceCode } from './chars';
import { MAX_NESTING } from './limits';
import { nestingTooDeep, strayCloser, unclosedRound, unclosedSquare } from './messages';
import type { Reporter } from './reporter';
import {
  Colon,
  Comment,
  endOf,
  makeToken,
  NegativeLabel,
  RoundClose,
  RoundOpen,
  SquareClose,
  SquareOpen,
  TextRun,
  WeightColon,
  WeightNumber,
} from './tokens';

interface OpenBracket {
  readonly token: IToken;
  /** Deeper than the cap: it stays text, and so does its closer. */
  readonly isText: boolean;
}

/**
 * Settles in one pass what each bracket is, so that the grammar after it accepts every input by looking at one token:
 * a closer that closes nothing and brackets beyond the nesting cap become text, `: number` before the `)` it belongs
 * to becomes a weight, and comments are left out.
 *
 * A closer ends the nearest open bracket of its own kind, as in the web UI, which keeps a stack for each kind;
 * brackets of the other kind opened since then stay unclosed.
 */
export function settleBrackets(text: string, tokens: readonly IToken[], reporter: Reporter): IToken[] {
  const out: IToken[] = [];
  /** Text not yet in `out`: brackets that become text join the run they stand in. */
  let run: { readonly start: number; end: number } | undefined;
  const open: OpenBracket[] = [];
  const openCount = { round: 0, square: 0 };
  let stray: { start: number; end: number; readonly type: TokenType } | undefined;
  let isDepthReported = false;

  const endRun = (): void => {
    if (run !== undefined) out.push(makeToken(TextRun, text.slice(run.start, run.end), run.start));
    run = undefined;
  };
  const addText = (token: IToken): void => {
    if (run?.end !== token.startOffset) {
      endRun();
      run = { start: token.startOffset, end: token.startOffset };
    }
    run.end = endOf(token);
  };
  const add = (token: IToken): void => {
    endRun();
    out.push(token);
  };

  const reportStray = (): void => {
    if (stray === undefined) return;
    const { start, end, type } = stray;
    const bracket = type === RoundClose ? ')' : ']';
    reporter.report('unbalanced-bracket', () => strayCloser(bracket, end - start), { start, end });
    stray = undefined;
  };
  const reportUnclosed = ({ token, isText }: OpenBracket): void => {
    if (isText) return;
    const message = token.tokenType === RoundOpen ? unclosedRound : unclosedSquare;
    reporter.report('unbalanced-bracket', message, rangeOf(token));
  };
  const count = (type: TokenType, change: 1 | -1): void => {
    openCount[type === RoundOpen ? 'round' : 'square'] += change;
  };

  const addOpener = (token: IToken): void => {
    const isText = open.length >= MAX_NESTING;
    if (isText && !isDepthReported) {
      isDepthReported = true;
      reporter.report('nesting-too-deep', nestingTooDeep, rangeOf(token));
    }
    open.push({ token, isText });
    count(token.tokenType, 1);
    if (isText) addText(token);
    else add(token);
  };

  const addStray = (token: IToken): void => {
    if (stray?.end !== token.startOffset || stray.type !== token.tokenType) {
      reportStray();
      stray = { start: token.startOffset, end: token.startOffset, type: token.tokenType };
    }
    stray.end++;
    addText(token);
  };

  const addCloser = (token: IToken): void => {
    const isRound = token.tokenType === RoundClose;
    if ((isRound ? openCount.round : openCount.square) === 0) {
      addStray(token);
      return;
    }
    const opener = isRound ? RoundOpen : SquareOpen;
    let bracket = open.pop()!;
    for (; bracket.token.tokenType !== opener; bracket = open.pop()!) {
      reportUnclosed(bracket);
      count(bracket.token.tokenType, -1);
    }
    count(opener, -1);
    if (bracket.isText) {
      addText(token);
      return;
    }
    endRun();
    if (isRound) settleWeight(out);
    add(token);
  };

  for (const token of tokens) {
    switch (token.tokenType) {
      case RoundOpen:
      case SquareOpen:
        addOpener(token);
        break;
      case RoundClose:
      case SquareClose:
        addCloser(token);
        break;
      case Comment:
      case NegativeLabel:
        break;
      case TextRun:
        addText(token);
        break;
      default:
        add(token);
    }
  }
  endRun();
  reportStray();
  for (const bracket of open) reportUnclosed(bracket);
  return out;
}

/**
 * Turns a colon and a number at the end of `out` into a weight, by the web UI's pattern `:\s*[+-]?[.\d]+\s*` before a
 * `)`. Comments may stand between them; the web UI removes those first.
 */
function settleWeight(out: IToken[]): void {
  let index = out.length - 1;
  let number: IToken | undefined;
  for (; index >= 0 && out[index]!.tokenType === TextRun; index--) {
    const run = out[index]!;
    const trimmed = trimToken(run);
    if (trimmed === undefined) continue;
    if (number !== undefined || !isWeight(trimmed.image)) return;
    number = trimmed;
  }
  const colon = out[index];
  if (number === undefined || colon?.tokenType !== Colon) return;
  out.length = index;
  out.push(makeToken(WeightColon, colon.image, colon.startOffset));
  out.push(makeToken(WeightNumber, number.image, number.startOffset));
}

/** `[+-]?[.\d]+`, where `\d` is any script's digit. */
function isWeight(text: string): boolean {
  const first = text.startsWith('+') || text.startsWith('-') ? 1 : 0;
  if (first === text.length) return false;
  for (let offset = first; offset < text.length; offset++) {
    const code = text.codePointAt(offset)!;
    if (code !== 46 && !isDigitCode(code)) return false;
    if (code > 0xffff) offset++;
  }
  return true;
}

/** A run without the blanks around it, or undefined if there is nothing else in it. */
function trimToken(run: IToken): IToken | undefined {
  const { image } = run;
  let start = 0;
  while (start < image.length && isSpaceCode(image.charCodeAt(start))) start++;
  if (start === image.length) return undefined;
  let end = image.length;
  while (isSpaceCode(image.charCodeAt(end - 1))) end--;
  return makeToken(WeightNumber, image.slice(start, end), run.startOffset + start);
}

function rangeOf(token: IToken): Range {
  return { start: token.startOffset, end: endOf(token) };
}
