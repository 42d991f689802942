import type { Range } from '../../shared/range';
import type { Comment, Document } from '../syntax/nodes';
import { promptsOf, walkItems } from '../syntax/walk';
import { createLineIndex, type LineIndex } from '../text/lines';
import { trimRange } from '../text/trim';

/** A stretch of several lines that an editor can fold away; it starts and ends inside its first and last line. */
export interface Fold {
  readonly range: Range;
  readonly kind: 'block' | 'comment' | 'region' | 'group';
}

const REGION = /^#\s*region\b/i;
const END_REGION = /^#\s*endregion\b/i;

/** Blocks, runs of comment lines, `# region` to `# endregion`, and brackets over several lines, in order. */
export function folds(document: Document): Fold[] {
  const lines = createLineIndex(document.text);
  const found: Fold[] = [];
  const regions: number[] = [];
  for (const block of document.blocks) {
    found.push({ range: trimRange(document.text, block.range), kind: 'block' });
    found.push(...commentFolds(document.text, block.comments, lines));
    for (const { range } of block.comments) {
      const comment = document.text.slice(range.start, range.end);
      if (REGION.test(comment)) regions.push(range.start);
      const start = END_REGION.test(comment) ? regions.pop() : undefined;
      if (start !== undefined) found.push({ range: { start, end: range.end }, kind: 'region' });
    }
    for (const { prompt } of promptsOf(block)) {
      walkItems(prompt.items, (item) => {
        if (item.type === 'group' || item.type === 'schedule' || item.type === 'alternation') {
          found.push({ range: item.range, kind: 'group' });
        }
      });
    }
  }
  return found
    .filter(({ range }) => lines.positionAt(range.start).line < lines.positionAt(range.end).line)
    .sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
}

/** Comments that fill their lines, line after line. */
function commentFolds(text: string, comments: readonly Comment[], lines: LineIndex): Fold[] {
  const found: Fold[] = [];
  let run: { start: number; end: number; line: number } | undefined;
  const flush = (): void => {
    if (run !== undefined) found.push({ range: { start: run.start, end: run.end }, kind: 'comment' });
    run = undefined;
  };
  for (const { range } of comments) {
    const { line } = lines.positionAt(range.start);
    const isWholeLine = text.slice(lines.lineStart(line), range.start).trim() === '';
    if (!isWholeLine || run?.line !== line - 1) flush();
    if (isWholeLine) run = { start: run?.start ?? range.start, end: range.end, line };
  }
  flush();
  return found;
}
