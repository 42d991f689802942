import type { Range } from '../../../shared/range';
import type { Document } from '../../syntax/nodes';

/**
 * The range to delete when a tag or a phrase goes: with the comma and blanks that parted it from what stands before it,
 * or, at the beginning of a line, from what stands after it. Never reaches over a line end.
 */
export function removalRange(document: Document, range: Range): Range {
  const { text } = document;
  let start = range.start;
  while (start > 0 && isBlank(text[start - 1])) start--;
  if (start > 0 && text[start - 1] === ',') {
    start--;
    while (start > 0 && isBlank(text[start - 1])) start--;
    return { start, end: range.end };
  }
  let end = range.end;
  while (end < text.length && isBlank(text[end])) end++;
  if (text[end] === ',') {
    end++;
    while (end < text.length && isBlank(text[end])) end++;
    return { start: range.start, end };
  }
  return range;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
