import type { PictureOrigin } from './origin';

/** Where a picture came from: enough to make it again, and to see whether the text has changed since. */
export interface PreviewTarget {
  readonly uri: string;
  /** Zero-based line inside the block, kept up to date while the document is edited. */
  readonly line: number;
  /** The block's text when the picture was made, ends trimmed. */
  readonly text?: string;
  /** What else it was made from. */
  readonly origin?: PictureOrigin;
}

export interface LineChange {
  readonly startLine: number;
  readonly endLine: number;
  /** Line breaks in the new text. */
  readonly newLines: number;
}

const SEPARATOR = /^\s*-{3,}\s*$/;

/** The text between the separator lines around a line, ends trimmed; the separator itself counts to the block above. */
export function blockTextAt(document: string, line: number): string {
  const lines = document.split(/\r\n|\r|\n/);
  return lines
    .slice(...blockRange(lines, line))
    .join('\n')
    .trim();
}

/** First line of the block around a line, and the line after its last. */
export function blockRange(lines: readonly string[], line: number): [start: number, end: number] {
  const at = Math.min(Math.max(line, 0), lines.length - 1);
  let start = at;
  while (start > 0 && !SEPARATOR.test(lines[start - 1]!)) start -= 1;
  let end = at;
  while (end < lines.length && !SEPARATOR.test(lines[end]!)) end += 1;
  return [start, end];
}

/** First line of the block with exactly this text, if there is one. */
export function findBlock(document: string, text: string): number | undefined {
  const lines = document.split(/\r\n|\r|\n/);
  let start = 0;
  for (let line = 0; line <= lines.length; line += 1) {
    if (line < lines.length && !SEPARATOR.test(lines[line]!)) continue;
    if (lines.slice(start, line).join('\n').trim() === text) return start;
    start = line + 1;
  }
  return undefined;
}

/** The line that a line becomes after an edit elsewhere in the document. */
export function moveLine(line: number, { startLine, endLine, newLines }: LineChange): number {
  if (startLine >= line) return line;
  if (endLine <= line) return line + newLines - (endLine - startLine);
  return Math.min(line, startLine + newLines);
}
