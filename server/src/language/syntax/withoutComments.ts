import type { Document } from './nodes';

const masked = new WeakMap<Document, string>();

/** The document with every comment replaced by spaces, so that offsets stay and comments are not read as text. */
export function withoutComments(document: Document): string {
  // Most documents have no comment, and then their tokens need not be made.
  if (!document.text.includes('#')) return document.text;
  let text = masked.get(document);
  if (text === undefined) {
    const parts: string[] = [];
    let at = 0;
    for (const token of document.tokens) {
      if (token.kind !== 'comment') continue;
      parts.push(document.text.slice(at, token.range.start), ' '.repeat(token.range.end - token.range.start));
      at = token.range.end;
    }
    parts.push(document.text.slice(at));
    text = parts.join('');
    masked.set(document, text);
  }
  return text;
}
