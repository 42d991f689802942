/** A node and the offset after it, or undefined when it is not there. */
export type Parsed<Node> = readonly [node: Node, end: number] | undefined;

/** Reading a template: matching at an offset, and a bound on how deep and how long a parse may go. */
export interface Cursor {
  readonly text: string;
  match(pattern: RegExp, at: number): RegExpExecArray | undefined;
  /** The offset after a mark (comments before it are skipped), or undefined. */
  expect(mark: string, at: number): number | undefined;
  skipBlanks(at: number): number;
  /** Skips comments and the blanks before them; blanks alone belong to the text. */
  skipComments(at: number): number;
  /** Counts one more level; false when the parse has to stop. */
  enter(): boolean;
  leave(): void;
  exhausted(): boolean;
  /** The furthest offset at which something was expected and not found. */
  furthest(): number;
}

/** Templates people write nest a handful of levels; each takes a few calls of the parser. */
const MAX_DEPTH = 200;
/** Marks can be chosen so that they contradict each other; this bounds the backtracking. */
const MAX_STEPS = 2_000_000;
const BLANKS = /[ \t\r\n]*/y;
const COMMENT = /[ \t\r\n]*(?:#[^\n]*|\/\/[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\/)/y;

export function createCursor(text: string): Cursor {
  let depth = 0;
  let steps = 0;
  let stopped = false;
  let furthest = 0;
  const match = (pattern: RegExp, at: number): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found === undefined && at > furthest) furthest = at;
    return found;
  };
  const skipComments = (start: number): number => {
    let at = start;
    for (let found = match(COMMENT, at); found !== undefined; found = match(COMMENT, at))
      at += found[0].length;
    return at;
  };
  return {
    text,
    match,
    skipComments,
    skipBlanks: (at) => at + (match(BLANKS, at)?.[0].length ?? 0),
    expect(mark, start) {
      const at = skipComments(start);
      if (text.startsWith(mark, at)) return at + mark.length;
      if (at > furthest) furthest = at;
      return undefined;
    },
    enter() {
      depth++;
      steps++;
      if (depth > MAX_DEPTH || steps > MAX_STEPS) stopped = true;
      if (stopped) depth--;
      return !stopped;
    },
    leave() {
      depth--;
    },
    exhausted: () => stopped,
    furthest: () => furthest,
  };
}
