/** One match: what was read and the offset after it. */
export type Match<T> = { readonly value: T; readonly end: number } | undefined;

/** A word without meaning: escapes, inner hyphens and plus signs, and everything that is no symbol. */
const WORD = /(?:\\[()",.+\-=]|[-+](?![\s(),."+\-=]|$)|-?\d+|[^\s(),."+\-=])+/uy;
/** Any text up to the next space or the commas that end a word. */
const FREE_WORD = /[^\s,]+,*|,+/uy;
const NUMBER = /[+-]?(?:\d+\.\d*|\.\d+)|-?\d+/y;
const SIGNS = /\++|-+/y;
const KEYWORD = /[A-Za-z0-9_-]+/y;
const QUOTED = /"(?:\\"|[^"\n\r])*"/y;
const SPACE = /\s*/y;

const reader =
  (pattern: RegExp) =>
  (text: string, at: number): Match<string> => {
    pattern.lastIndex = at;
    const value = pattern.exec(text)?.[0];
    return value === undefined ? undefined : { value, end: at + value.length };
  };

/** Readers of one token that begins exactly at an offset. */
export const readWord = reader(WORD);
export const readFreeWord = reader(FREE_WORD);
export const readNumber = reader(NUMBER);
export const readSigns = reader(SIGNS);
export const readKeyword = reader(KEYWORD);
export const readQuoted = reader(QUOTED);

/** The first offset at or after `at` that is no white space. */
export function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(text)?.[0].length ?? 0);
}

/** The offset after one of the literals, white space before it allowed. */
export function readLiteral(text: string, at: number, ...literals: readonly string[]): number | undefined {
  const start = skipSpace(text, at);
  const found = literals.find((literal) => text.startsWith(literal, start));
  return found === undefined ? undefined : start + found.length;
}
