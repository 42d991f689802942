/** Zero-based; `character` counts UTF-16 code units, as the Language Server Protocol does by default. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Turns offsets into lines and columns and back. Total: what lies outside the text is moved to its nearest end. */
export interface LineIndex {
  readonly lineCount: number;
  positionAt(offset: number): Position;
  offsetAt(position: Position): number;
  /** Where a line starts; lines past the last one start at the end of the text. */
  lineStart(line: number): number;
  /** Where a line's text ends, before its line break. */
  lineEnd(line: number): number;
}

const LF = 10;
const CR = 13;

/** Lines end at `\n`, `\r\n` or a lone `\r`, as editors count them. A column past the end of a line means its end. */
export function createLineIndex(text: string): LineIndex {
  const starts = [0];
  for (let offset = 0; offset < text.length; offset++) {
    const code = text.charCodeAt(offset);
    if (code === CR && text.charCodeAt(offset + 1) === LF) continue;
    if (code === LF || code === CR) starts.push(offset + 1);
  }
  const lineCount = starts.length;

  const lineStart = (line: number): number => (line < 0 ? 0 : (starts[line] ?? text.length));

  const lineEnd = (line: number): number => {
    if (line >= lineCount - 1) return text.length;
    let end = lineStart(line + 1);
    if (end > 0 && text.charCodeAt(end - 1) === LF) end--;
    if (end > 0 && text.charCodeAt(end - 1) === CR && end > lineStart(line)) end--;
    return end;
  };

  return {
    lineCount,
    lineStart,
    lineEnd,
    positionAt(offset) {
      const clamped = Math.min(Math.max(Math.trunc(offset) || 0, 0), text.length);
      let low = 0;
      let high = lineCount - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (lineStart(middle) <= clamped) low = middle;
        else high = middle - 1;
      }
      return { line: low, character: clamped - lineStart(low) };
    },
    offsetAt({ line, character }) {
      if (line < 0) return 0;
      if (line >= lineCount) return text.length;
      const start = lineStart(line);
      return Math.min(start + Math.max(Math.trunc(character) || 0, 0), lineEnd(line));
    },
  };
}
