import { applyEdits, changedSpan, type Edit } from '../text/edits';
import type { Document } from './nodes';
import { assemble, parse, parseSegments, segmentsOf, textStart } from './parse';
import type { Segment } from './segment';
import { shiftSegment } from './shift';

/**
 * The document after edits, which were all made against its text: the same as a fresh parse of the new text. Only the
 * blocks that an edit touches are parsed again. Blocks before them are the old objects, blocks after them are copies
 * with their ranges moved (the old objects, if they neither moved nor changed their number).
 */
export function reparse(document: Document, edits: readonly Edit[]): Document {
  const text = applyEdits(document.text, edits);
  const old = segmentsOf(document);
  const span = changedSpan(edits);
  if (span === undefined || text === document.text) return document;
  if (old === undefined) return parse(text);
  const by = text.length - document.text.length;

  // A segment stays when the edit leaves at least one character between them: a line feed put right behind a separator
  // line that ends in a carriage return would become part of it.
  const kept: Segment[] = [];
  let index = 0;
  for (const segment of old) {
    if (!segment.hasSeparator || segment.next >= span.start) break;
    kept.push(segment);
    if (segment.block !== undefined) index++;
  }

  // Behind the edit, the segments are the old ones from the first separator line on that was there before.
  let next = kept.length;
  const isKnown = (offset: number): boolean => {
    while (next < old.length && old[next]!.start + by < offset) next++;
    const segment = old[next];
    return segment !== undefined && segment.start + by === offset && segment.start > span.end;
  };
  const start = kept.at(-1)?.next ?? textStart(text);
  const fresh = parseSegments(text, start, index, isKnown);
  const rest: Segment[] = [];
  if (fresh.at(-1)?.hasSeparator) {
    index += fresh.filter(({ block }) => block !== undefined).length;
    for (const segment of old.slice(next)) {
      rest.push(shiftSegment(segment, by, index));
      if (segment.block !== undefined) index++;
    }
  }
  return assemble(text, [...kept, ...fresh, ...rest]);
}
