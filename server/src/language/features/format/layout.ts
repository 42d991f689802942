import type { Range } from '../../../shared/range';
import type { TextEdit } from '../../rules/rule';
import type { Block, Document } from '../../syntax/nodes';
import { isNewlineCode } from '../../text/python';
import { trimRange } from '../../text/trim';

const BOM = 0xfeff;

/**
 * Edits for the blank stretches around a block's parts: no blanks before a part, no more than one empty line between
 * parts, one blank after `Negative prompt:`, and in parameters one blank after each colon and comma.
 */
export function formatLayout(document: Document, block: Block): TextEdit[] {
  const { text } = document;
  const edits: TextEdit[] = [];
  const replace = (range: Range, newText: string): void => {
    if (text.slice(range.start, range.end) !== newText) edits.push({ range, newText });
  };
  const parts = partsOf(text, block);

  let position = block.range.start;
  for (const part of parts) {
    const gap = { start: position, end: part.start };
    const breaks = lineBreaks(text, gap, 2);
    if (part === parts[0]) replace(gap, leadingLines(text, gap));
    else if (position === block.negative?.label.end && breaks === '') replace(gap, ' ');
    else replace(gap, breaks);
    position = part.end;
  }
  if (parts.length > 0) {
    const tail = { start: position, end: block.range.end };
    replace(
      tail,
      tail.end < text.length ? lineBreaks(text, tail, 2) : lineBreaks(text, tail, 1) || firstLineBreak(text),
    );
  }
  return edits;
}

/** The stretches of a block that are not blank, in order; between them lie only blanks. */
function partsOf(text: string, block: Block): Range[] {
  const parts: Range[] = [block.positive.range];
  if (block.negative !== undefined) parts.push(block.negative.label, block.negative.range);
  const last = parts.findLast((part) => part.end > part.start)?.end ?? block.range.start;
  parts.push(trimRange(text, { start: last, end: block.range.end }));
  return parts.filter((part) => part.end > part.start);
}

/** The line breaks of a blank stretch, at most so many, without the blanks between them. */
function lineBreaks(text: string, range: Range, most: number): string {
  return (text.slice(range.start, range.end).match(/\r\n|\r|\n/g) ?? []).slice(0, most).join('');
}

/** A block may begin with one empty line; a document begins with its text. */
function leadingLines(text: string, range: Range): string {
  const isFirst = range.start === 0 || (range.start === 1 && text.charCodeAt(0) === BOM);
  if (!isFirst) return lineBreaks(text, range, 1);
  // A U+FEFF that came to stand first would become a byte order mark.
  return text.charCodeAt(range.end) === BOM ? text.slice(range.start, range.end) : '';
}

/** How the document ends its lines. */
function firstLineBreak(text: string): string {
  for (let offset = 0; offset < text.length; offset++) {
    if (!isNewlineCode(text.charCodeAt(offset))) continue;
    return text.startsWith('\r\n', offset) ? '\r\n' : text.charAt(offset);
  }
  return '\n';
}
