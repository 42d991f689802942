import { gluedPart, type Part, type Segment } from './source';

/** An opening fence: up to three blanks, three or more backticks or tildes, then the language. */
const FENCE = /^( {0,3})(`{3,}|~{3,})[ \t]*([^\s`{]*)/;

/** The fenced blocks of a Markdown page whose language is `sdprompt`, each a prompt document. */
export function markdownParts(text: string): Part[] {
  const parts: Part[] = [];
  let open: { fence: string; indent: number; wanted: boolean; lines: Segment[] } | undefined;
  for (const match of text.matchAll(/[^\r\n]*(?:\r\n|\n|\r|$)/g)) {
    const [line] = match;
    if (line === '') continue;
    const bare = line.replace(/[\r\n]+$/, '');
    if (!open) {
      const [, indent = '', fence, language = ''] = FENCE.exec(bare) ?? [];
      if (fence !== undefined)
        open = { fence, indent: indent.length, wanted: language.toLowerCase() === 'sdprompt', lines: [] };
    } else if (closes(bare, open.fence)) {
      if (open.wanted) parts.push(partOf(open.lines));
      open = undefined;
    } else {
      // An indented fence indents its lines, too; that much of it is not content.
      const blanks = /^ */.exec(bare)?.[0].length ?? 0;
      const skipped = Math.min(blanks, open.indent);
      open.lines.push({ start: match.index + skipped, text: line.slice(skipped) });
    }
  }
  if (open?.wanted) parts.push(partOf(open.lines));
  return parts;
}

function closes(line: string, fence: string): boolean {
  const rest = line.trim();
  return (
    /^ {0,3}\S/.test(line) && rest.length >= fence.length && rest === fence.charAt(0).repeat(rest.length)
  );
}

function partOf(lines: readonly Segment[]): Part {
  const part = gluedPart(lines);
  const first = lines[0];
  const isWhole = lines.every((line, index) => {
    const before = lines[index - 1];
    return before === undefined || line.start === before.start + before.text.length;
  });
  return first && isWhole ? { ...part, start: first.start } : part;
}
