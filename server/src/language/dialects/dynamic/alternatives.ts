/** One brace around an offset: where it opens and which of its options the offset lies in. */
interface Option {
  readonly brace: number;
  readonly option: number;
  /** Several options of this brace may be chosen together: `{2$$a|b}`. */
  readonly isMultiple: boolean;
}

/** Says of two offsets of a template whether what stands there is never chosen together. */
export type Excludes = (first: number, second: number) => boolean;

const MULTIPLE = /^\{[ \t\r\n]*[~!@]?[ \t\r\n]*(?:\d*-\d*|\d+)\$\$/;

/**
 * Reads the braces of a template once.
 *
 * @param offsets places that will be asked about, in ascending order
 */
export function readAlternatives(text: string, offsets: readonly number[]): Excludes {
  const paths = new Map<number, readonly Option[]>();
  const open: { brace: number; option: number; isMultiple: boolean }[] = [];
  let next = 0;
  for (let at = 0; at <= text.length && next < offsets.length; at++) {
    while (offsets[next] === at) {
      paths.set(
        at,
        open.map((option) => ({ ...option })),
      );
      next++;
    }
    const mark = text[at];
    if (mark === '{') open.push({ brace: at, option: 0, isMultiple: MULTIPLE.test(text.slice(at, at + 40)) });
    else if (mark === '}') open.pop();
    else if (mark === '|') {
      const innermost = open.at(-1);
      if (innermost) innermost.option++;
    }
  }
  return (first, second) => {
    const others = paths.get(second) ?? [];
    return (paths.get(first) ?? []).some(({ brace, option, isMultiple }) => {
      const other = others.find((one) => one.brace === brace);
      return !isMultiple && other !== undefined && other.option !== option;
    });
  };
}
