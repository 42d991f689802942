import type { Range } from '../../shared/range';
import type { TextEdit } from '../rules/rule';
import type { Block, Document, Token } from '../syntax/nodes';
import { parse } from '../syntax/parse';
import { promptsOf } from '../syntax/walk';
import { applyEdits } from '../text/edits';
import { trimRange } from '../text/trim';
import { formatLayout } from './format/layout';
import { meaningOf } from './format/meaning';
import { formatParameters } from './format/parameters';
import { formatPrompt } from './format/prompt';

/** Proofs spent on finding the edits of one block that change its meaning; what is unproven then is left out. */
const MOST_PROOFS = 40;

/**
 * Edits that tidy a document and keep what it means. The meaning is not assumed: each block is read as the web UI
 * reads it before and after, and edits that change anything but blanks between words are left out. Formatting a
 * formatted document gives no edits.
 */
export function formatDocument(document: Document): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const block of document.blocks) {
    for (const edit of provenEdits(document, block)) edits.push(edit);
  }
  return edits;
}

/** All edits of a block where they keep its meaning together; else those that do, found by halving. */
function provenEdits(document: Document, block: Block): TextEdit[] {
  const candidates = blockEdits(document, block);
  if (candidates.length === 0) return [];
  const meaning = meaningOf(document, block);
  let proofs = 0;

  const keepsMeaning = (edits: readonly TextEdit[]): boolean => {
    if (++proofs > MOST_PROOFS) return false;
    const shift = (range: Range): Range => ({
      start: range.start - block.range.start,
      end: range.end - block.range.start,
    });
    const text = document.text.slice(block.range.start, block.range.end);
    const after = parse(
      applyEdits(
        text,
        edits.map((edit) => ({ ...edit, range: shift(edit.range) })),
      ),
    );
    const only = after.blocks[0];
    return after.blocks.length === 1 && only !== undefined && meaningOf(after, only) === meaning;
  };
  const keep = (accepted: readonly TextEdit[], open: readonly TextEdit[]): readonly TextEdit[] => {
    if (open.length === 0) return accepted;
    const all = [...accepted, ...open];
    if (keepsMeaning(all)) return all;
    if (open.length === 1) return accepted;
    const half = open.length >> 1;
    return keep(keep(accepted, open.slice(0, half)), open.slice(half));
  };
  return [...keep([], candidates)];
}

function blockEdits(document: Document, block: Block): TextEdit[] {
  const edits = formatLayout(document, block);
  const tokens = tokensIn(document, block.range);
  for (const { side, prompt } of promptsOf(block)) {
    edits.push(...formatPrompt(document, prompt, side, slice(tokens, prompt.range)));
  }
  if (block.parametersRange !== undefined) {
    // Blanks after a last key without a value belong to the end of the block.
    const range = trimRange(document.text, block.parametersRange);
    edits.push(...formatParameters(document, slice(tokens, range)));
  }
  return edits.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
}

function tokensIn(document: Document, range: Range): readonly Token[] {
  return document.blocks.length === 1 ? document.tokens : slice(document.tokens, range);
}

/** The tokens inside a range, found by halving: a document of many blocks asks for each. */
function slice(tokens: readonly Token[], range: Range): readonly Token[] {
  return tokens.slice(firstFrom(tokens, range.start), firstFrom(tokens, range.end));
}

function firstFrom(tokens: readonly Token[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.range.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
