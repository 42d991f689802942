import type { Range } from '../../shared/range';
import { editMapped, type MappedEdit, type MappedText, sourceRange } from './mapped';

/** A text without its comments. */
export interface StrippedComments {
  readonly mapped: MappedText;
  /** Document ranges of the comments, from `#` to the end of the line, in order. */
  readonly comments: readonly Range[];
}

/**
 * Removes comments the way the web UI's two replacements do: first whole comment lines with both their line ends, then
 * every `#` to the end of its line. Each leaves one line feed behind. There is no escape, and the line end is `\n`
 * alone: a `\r` before it goes with the comment.
 */
export function stripComments(mapped: MappedText): StrippedComments {
  const comments: Range[] = [];
  for (let hash = mapped.text.indexOf('#'); hash >= 0; ) {
    const end = lineEnd(mapped.text, hash);
    comments.push(sourceRange(mapped, hash, end));
    hash = mapped.text.indexOf('#', end);
  }
  if (comments.length === 0) return { mapped, comments };
  return { mapped: removeTails(removeLines(mapped)), comments };
}

function removeLines(mapped: MappedText): MappedText {
  const { text } = mapped;
  const edits: MappedEdit[] = [];
  let done = 0;
  for (let hash = text.indexOf('#'); hash >= 0; ) {
    let resume = hash + 1;
    // The line feed before the `#` must not have gone with the comment line above.
    if (hash === 0 || (text[hash - 1] === '\n' && hash - 1 >= done)) {
      done = Math.min(lineEnd(text, hash) + 1, text.length);
      edits.push({ start: Math.max(0, hash - 1), end: done, insert: '\n' });
      resume = done;
    }
    hash = text.indexOf('#', resume);
  }
  return editMapped(mapped, edits);
}

function removeTails(mapped: MappedText): MappedText {
  const { text } = mapped;
  const edits: MappedEdit[] = [];
  for (let hash = text.indexOf('#'); hash >= 0; ) {
    const end = Math.min(lineEnd(text, hash) + 1, text.length);
    edits.push({ start: hash, end, insert: '\n' });
    hash = text.indexOf('#', end);
  }
  return editMapped(mapped, edits);
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}
