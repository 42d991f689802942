import type { Block, Document } from '../syntax/nodes';
import type { Side } from '../syntax/walk';
import { skipSpace, skipSpaceBack } from '../text/python';
import { editMapped, type MappedText, mapSlice, sliceMapped } from './mapped';

/**
 * The text of a block's prompt as the web UI takes it from what was pasted: without blanks at both ends, and without the
 * labels of a negative prompt that has several. Reading line by line, it takes every `Negative prompt:` off the line
 * that begins with it.
 */
export function blockText(document: Document, block: Block, side: Side): MappedText {
  const range = side === 'positive' ? block.positive.range : block.negative?.range;
  if (range === undefined) return mapSlice('', block.positive.range.end);
  const { text } = document;
  const start = skipSpace(text, range.start, range.end);
  const end = skipSpaceBack(text, range.end, start);
  const labels = (side === 'negative' ? block.negative?.furtherLabels : undefined) ?? [];
  const whole = mapSlice(text.slice(start, end), start);
  if (labels.length === 0) return whole;
  const without = editMapped(
    whole,
    labels
      .filter((label) => label.start >= start && label.end <= end)
      .map((label) => ({
        start: label.start - start,
        end: blanksEnd(text, label.end, end) - start,
        insert: '',
      })),
  );
  const from = skipSpace(without.text, 0);
  return sliceMapped(without, from, skipSpaceBack(without.text, without.text.length, from));
}

/** After the blanks of the same line. */
function blanksEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text[at] !== '\n' && skipSpace(text, at, at + 1) > at) at++;
  return at;
}
