import type { Document } from '../syntax/nodes';
import { blockTitle } from './blocks';

/** Where a "Generate preview" button belongs: at the first written character of each block that has a prompt. */
export interface GenerateLens {
  readonly blockIndex: number;
  readonly offset: number;
  readonly title: string;
}

export function generateLenses(document: Document): GenerateLens[] {
  const lenses: GenerateLens[] = [];
  for (const block of document.blocks) {
    const text = document.text.slice(block.range.start, block.range.end);
    const blank = /^\s*/.exec(text)?.[0].length ?? 0;
    if (blank === text.length || !hasContent(document, block.index)) continue;
    lenses.push({
      blockIndex: block.index,
      offset: block.range.start + blank,
      title: blockTitle(document, block),
    });
  }
  return lenses;
}

/** A block of nothing but comments has no picture. */
function hasContent(document: Document, index: number): boolean {
  const block = document.blocks[index];
  if (!block) return false;
  if (block.negative || block.parameters.length > 0) return true;
  let text = document.text.slice(block.positive.range.start, block.positive.range.end);
  for (const { range } of [...block.comments].reverse()) {
    const start = range.start - block.positive.range.start;
    if (start >= 0) text = text.slice(0, start) + text.slice(range.end - block.positive.range.start);
  }
  return text.trim() !== '';
}
