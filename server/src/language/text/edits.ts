import type { Range } from '../../shared/range';

/** Replaces a range of the old text; an empty range inserts. */
export interface Edit {
  readonly range: Range;
  readonly newText: string;
}

/**
 * Applies edits that were all made against the same text. Edits are taken in order of their start; one that overlaps
 * an earlier one is left out, so the result is defined for any list. Insertions at one place keep their order.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = edits
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => a.edit.range.start - b.edit.range.start || a.order - b.order);
  let result = '';
  let position = 0;
  for (const { edit } of sorted) {
    if (edit.range.start < position || edit.range.end < edit.range.start) continue;
    result += text.slice(position, edit.range.start) + edit.newText;
    position = edit.range.end;
  }
  return result + text.slice(position);
}

/** True when no two edits touch the same character; insertions at a border of another edit are allowed. */
export function areDisjoint(edits: readonly Edit[]): boolean {
  const sorted = [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  return sorted.every((edit, index) => {
    const previous = sorted[index - 1];
    return previous === undefined || previous.range.end <= edit.range.start;
  });
}

/** The stretch of the old text that edits lie in, or undefined for none. */
export function changedSpan(edits: readonly Edit[]): Range | undefined {
  if (edits.length === 0) return undefined;
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const { range } of edits) {
    start = Math.min(start, range.start);
    end = Math.max(end, range.end);
  }
  return { start, end };
}

/** The one edit between two texts: what is left without their common beginning and end. */
export function editBetween(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  return {
    range: { start, end: before.length - tail },
    newText: after.slice(start, after.length - tail),
  };
}
