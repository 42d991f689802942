import type { Range } from '../../shared/range';
import { isSpaceCode } from './python';

/** A range without the blanks and line breaks at both ends; one of blanks only becomes empty, at its end. */
export function trimRange(text: string, range: Range): Range {
  let { start, end } = range;
  while (start < end && isSpaceCode(text.charCodeAt(start))) start++;
  while (end > start && isSpaceCode(text.charCodeAt(end - 1))) end--;
  return { start, end };
}
