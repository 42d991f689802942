/**
 * Finds the first occurrence of a character at or after an offset, `Infinity` if there is none. Called with rising
 * offsets, it reads the text once, however many pieces without the character lie on the way.
 */
export function finderOf(text: string, character: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      found = text.indexOf(character, from);
      if (found < 0) found = Number.POSITIVE_INFINITY;
    }
    return found;
  };
}
