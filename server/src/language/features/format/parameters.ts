import type { TextEdit } from '../../rules/rule';
import type { Document, Token } from '../../syntax/nodes';

/** Edits for the blanks of a parameter list: one after each colon and comma, none elsewhere. Values stay as written. */
export function formatParameters(document: Document, tokens: readonly Token[]): TextEdit[] {
  const { text } = document;
  const edits: TextEdit[] = [];
  tokens.forEach((token, index) => {
    const { kind, range } = token;
    const previous = tokens[index - 1]?.kind;
    const next = tokens[index + 1]?.kind;
    if (kind === 'whitespace') {
      const wanted = isSeparated(previous, next) ? ' ' : '';
      if (text.slice(range.start, range.end) !== wanted) edits.push({ range, newText: wanted });
    } else if ((kind === 'comma' || kind === 'colon') && next !== 'whitespace' && isSeparated(kind, next)) {
      edits.push({ range: { start: range.end, end: range.end }, newText: ' ' });
    } else if (kind === 'comment') {
      const end = range.start + text.slice(range.start, range.end).trimEnd().length;
      if (end < range.end) edits.push({ range: { start: end, end: range.end }, newText: '' });
    }
  });
  return edits;
}

/** After a colon or a comma, unless the line or the value ends there. */
function isSeparated(previous: Token['kind'] | undefined, next: Token['kind'] | undefined): boolean {
  if (previous !== 'comma' && previous !== 'colon') return false;
  return next !== undefined && next !== 'newline' && next !== 'comma';
}
