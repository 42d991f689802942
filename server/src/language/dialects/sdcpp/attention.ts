import type { WeightedRun } from '../../../shared/plan';

const ROUND = Math.fround(1.1);
const SQUARE = Math.fround(1 / ROUND);
const MAX_OPEN = 256;
/** Anything that is not one of these is a letter B in the middle of a word. */
const TOKEN = /\\[()[\]\\]|\\|\(|\[|:([+-]?[.0-9]+)\)|\)|\]|BREAK(?![0-9A-Za-z_])|[^\\()[\]:B]+|:|B/y;
const FLOAT = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)/;

/**
 * Attention as stable-diffusion.cpp reads it: the web UI's rules in single precision, but only `\(` is unescaped, no
 * blanks are allowed around a weight, a weight without an open bracket disappears, and BREAK keeps the blanks beside it.
 * The word BREAK is looked for right after each token, so what stands before it does not matter. Undefined where a
 * weight is no number, which ends the program.
 */
export function sdcppAttention(text: string): WeightedRun[] | undefined {
  const runs: { text: string; weight: number }[] = [];
  const round: number[] = [];
  const square: number[] = [];
  const multiply = (from: number, factor: number): void => {
    for (const run of runs.slice(from)) run.weight = Math.fround(run.weight * factor);
  };
  const push = (value: string, weight = 1): void => {
    runs.push({ text: value, weight });
  };

  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const token = found?.[0] ?? text.charAt(at);
    const weight = found?.[1];
    at += token.length;
    const nested = round.length + square.length < MAX_OPEN;
    if (token === '(' && nested) round.push(runs.length);
    else if (token === '[' && nested) square.push(runs.length);
    else if (weight !== undefined) {
      const from = round.pop();
      const value = FLOAT.exec(weight)?.[0];
      if (from !== undefined && value === undefined) return undefined;
      if (from !== undefined) multiply(from, Math.fround(Number(value)));
    } else if (token === ')' && round.length > 0) multiply(round.pop() as number, ROUND);
    else if (token === ']' && square.length > 0) multiply(square.pop() as number, SQUARE);
    else if (token === '\\(') push('(');
    else if (token === 'BREAK') push('BREAK', -1);
    else push(token);
  }
  for (const from of round) multiply(from, ROUND);
  for (const from of square) multiply(from, SQUARE);
  return joinRuns(runs);
}

function joinRuns(runs: readonly { text: string; weight: number }[]): WeightedRun[] {
  if (runs.length === 0) return [['', 1]];
  const joined: { texts: string[]; weight: number }[] = [];
  for (const { text, weight } of runs) {
    const last = joined[joined.length - 1];
    if (last !== undefined && last.weight === weight) last.texts.push(text);
    else joined.push({ texts: [text], weight });
  }
  return joined.map(({ texts, weight }) => [texts.join(''), singlePrecision(weight)]);
}

/** Nine significant digits name a single precision number exactly, and are what C++ prints. */
function singlePrecision(value: number): number {
  return Number(value.toPrecision(9));
}
