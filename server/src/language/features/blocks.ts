import type { Block, Document } from '../syntax/nodes';

/** The block an offset lies in; between two blocks, the one before. Undefined only in a document without blocks. */
export function blockAt(document: Document, offset: number): Block | undefined {
  let found = document.blocks[0];
  for (const block of document.blocks) if (block.range.start <= offset) found = block;
  return found;
}

/** First words of a block's positive prompt, on one line, for titles. Tags and comments are left out. */
export function blockTitle(document: Document, block: Block, length = 60): string {
  const text = document.text
    .slice(block.positive.range.start, block.positive.range.end)
    .replace(/(^|\n)#[^\n]*/g, '$1')
    .replace(/<[^<>\n]*>/g, '')
    .replace(/\s+/g, ' ')
    .replace(/(, )+/g, ', ')
    .replace(/^[\s,]+|[\s,]+$/g, '');
  if (text === '') return `Block ${block.index + 1}`;
  const points = [...text];
  return points.length > length ? `${points.slice(0, length).join('').trimEnd()}…` : text;
}
