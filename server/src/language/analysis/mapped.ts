import type { Range } from '../../shared/range';

/**
 * A text made of slices of the document. Every layer of the web UI rewrites the prompt; the slices remember where each
 * character came from, so that any later finding can point into the document.
 */
export interface MappedText {
  readonly text: string;
  /** Ascending by `at`. Text between two slices was inserted and has no source of its own. */
  readonly slices: readonly Slice[];
}

export interface Slice {
  /** Offset in the text. */
  readonly at: number;
  /** Offset in the document. */
  readonly source: number;
  readonly length: number;
}

/** Replaces `[start, end)` of a mapped text. Edits are given in order and do not overlap. */
export interface MappedEdit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** A text that is one slice of the document, starting at `source`. */
export function mapSlice(text: string, source: number): MappedText {
  return { text, slices: [{ at: 0, source, length: text.length }] };
}

/** The document offset a character came from; for inserted text the end of the slice before it. */
export function sourceOffset(mapped: MappedText, offset: number): number {
  let low = 0;
  let high = mapped.slices.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((mapped.slices[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const slice = mapped.slices[low];
  if (slice === undefined) return 0;
  return slice.source + Math.max(0, Math.min(offset - slice.at, slice.length));
}

/** The smallest document range that holds `[start, end)` of the text. */
export function sourceRange(mapped: MappedText, start: number, end: number): Range {
  const from = sourceOffset(mapped, start);
  if (end <= start) return { start: from, end: from };
  return { start: from, end: Math.max(from, sourceOffset(mapped, end - 1) + 1) };
}

/** `[start, end)` of a mapped text, still mapped. */
export function sliceMapped(mapped: MappedText, start: number, end: number): MappedText {
  const slices: Slice[] = [];
  for (const slice of mapped.slices) {
    const from = Math.max(slice.at, start);
    const to = Math.min(slice.at + slice.length, end);
    if (to > from)
      slices.push({ at: from - start, source: slice.source + from - slice.at, length: to - from });
  }
  if (slices.length === 0) slices.push({ at: 0, source: sourceOffset(mapped, start), length: 0 });
  return { text: mapped.text.slice(start, end), slices };
}

/** Applies edits in one pass; linear in the number of slices and edits. */
export function editMapped(mapped: MappedText, edits: readonly MappedEdit[]): MappedText {
  if (edits.length === 0) return mapped;
  const parts: string[] = [];
  const slices: Slice[] = [];
  let length = 0;
  let next = 0;

  const keep = (start: number, end: number): void => {
    if (end <= start) return;
    while (next > 0 && (mapped.slices[next]?.at ?? Number.POSITIVE_INFINITY) > start) next--;
    for (; next < mapped.slices.length; next++) {
      const slice = mapped.slices[next];
      if (slice === undefined || slice.at >= end) break;
      const from = Math.max(slice.at, start);
      const to = Math.min(slice.at + slice.length, end);
      if (to > from)
        slices.push({ at: length + from - start, source: slice.source + from - slice.at, length: to - from });
    }
    parts.push(mapped.text.slice(start, end));
    length += end - start;
  };

  let done = 0;
  for (const edit of edits) {
    keep(done, edit.start);
    if (edit.insert !== '') {
      // Inserted text hangs on an empty slice, so that it maps to the place it stands for.
      slices.push({ at: length, source: sourceOffset(mapped, edit.start), length: 0 });
      parts.push(edit.insert);
      length += edit.insert.length;
    }
    done = edit.end;
  }
  keep(done, mapped.text.length);
  if (slices.length === 0) slices.push({ at: 0, source: sourceOffset(mapped, 0), length: 0 });
  return { text: parts.join(''), slices };
}
