import type { Range } from '../../shared/range';
import { locate } from '../syntax/nodeAt';
import type { Document, Item } from '../syntax/nodes';
import { partsOf } from '../syntax/walk';
import { isSpaceCode } from '../text/python';
import { trimRange } from '../text/trim';

/**
 * What "expand selection" selects from an offset on, smallest first; each range holds the one before and is larger:
 * word, phrase between commas, content of the bracket, bracket, …, prompt, block, document.
 */
export function selectionRanges(document: Document, offset: number): Range[] {
  const { text } = document;
  const place = locate(document, offset);
  const candidates: Range[] = [];
  const levels = [...place.items].reverse();

  const level = levels[0];
  if (level?.type === 'text') {
    candidates.push(stretch(text, level.range, offset, isWordEnd), phrase(text, level.range, offset));
  }
  if (place.argument !== undefined) candidates.push(place.argument.argument.range);
  for (const item of levels) {
    if (item.type === 'tag')
      candidates.push({ start: item.range.start + 1, end: item.range.end - (item.closed ? 1 : 0) });
    else candidates.push(...partsAt(item, offset));
    candidates.push(item.range);
  }
  if (place.comment !== undefined) candidates.push(place.comment.range);
  if (place.parameter !== undefined) {
    const { keyRange, valueRange } = place.parameter;
    candidates.push(offset <= keyRange.end ? keyRange : valueRange, {
      start: keyRange.start,
      end: valueRange.end,
    });
  }
  const { block } = place;
  if (place.inParameters && block?.parametersRange !== undefined) candidates.push(block.parametersRange);
  if (place.prompt !== undefined) candidates.push(place.prompt.range);
  if (block?.negative !== undefined && place.side === 'negative') {
    candidates.push({ start: block.negative.label.start, end: block.negative.range.end });
  }
  if (block !== undefined) candidates.push(trimRange(text, block.range), block.range);
  candidates.push({ start: 0, end: text.length });
  return growing(candidates, offset);
}

/** The content of a bracket, and of the schedule's or alternation's part that holds the offset. */
function partsAt(item: Item, offset: number): Range[] {
  const found = partsOf(item)
    .map(spanOf)
    .find((span) => span !== undefined && span.start <= offset && offset <= span.end);
  return found === undefined ? [] : [found];
}

function spanOf(items: readonly Item[]): Range | undefined {
  const first = items[0];
  const last = items.at(-1);
  return first === undefined || last === undefined
    ? undefined
    : { start: first.range.start, end: last.range.end };
}

function growing(candidates: readonly Range[], offset: number): Range[] {
  const ranges: Range[] = [];
  for (const range of candidates) {
    const last = ranges.at(-1);
    const holds = last === undefined ? range.start <= offset && offset <= range.end : contains(range, last);
    if (holds && range.start < range.end) ranges.push(range);
  }
  return ranges.length > 0 ? ranges : [{ start: offset, end: offset }];
}

function contains(outer: Range, inner: Range): boolean {
  return (
    outer.start <= inner.start &&
    inner.end <= outer.end &&
    (outer.start < inner.start || inner.end < outer.end)
  );
}

/** The longest stretch around an offset that `ends` does not end. */
function stretch(
  text: string,
  { start, end }: Range,
  offset: number,
  ends: (text: string, at: number) => boolean,
): Range {
  let from = offset;
  let to = offset;
  while (from > start && !ends(text, from - 1)) from--;
  while (to < end && !ends(text, to)) to++;
  return { start: from, end: to };
}

function phrase(text: string, range: Range, offset: number): Range {
  return trimRange(
    text,
    stretch(text, range, offset, (whole, at) => whole[at] === ',' || whole[at] === '，'),
  );
}

function isWordEnd(text: string, at: number): boolean {
  return isSpaceCode(text.charCodeAt(at)) || text[at] === ',' || text[at] === '，';
}
