import { isBlankCode, isNewlineCode, wordLengthAt } from '../text/python';

const CLOSE = 62;
const COLON = 58;
const OPEN = 60;
const HASH = 35;

/** An unclosed tag is taken to end before these: what follows is most likely not part of it. */
const ENDS_UNCLOSED: ReadonlySet<string> = new Set([',', '(', ')', '[', ']', '|']);

/** Lengths count from the `<`. */
export interface TagScan {
  readonly length: number;
  /** Of `<type`, without the colon. */
  readonly headLength: number;
  readonly closed: boolean;
  /** What kept an unclosed tag from being closed. */
  readonly stop: 'comment' | 'end';
}

/**
 * Recognises `<type:args>` at a `<`. The web UI's pattern is `<(\w+):([^>]+)>` and runs over lines and over other
 * tags; a writer never means that, so here a tag ends at the end of its line, at a comment and where the next tag
 * begins, and is then unclosed. Nothing from `limit` on is part of it. Linear over a whole text: no scan passes the
 * head of the next tag.
 */
export function scanTag(text: string, start: number, limit = text.length): TagScan | undefined {
  const colon = headEnd(text, start);
  if (colon === undefined || colon >= limit) return undefined;
  const headLength = colon - start;
  let unclosedEnd: number | undefined;
  let offset = colon + 1;
  for (; offset < limit; offset++) {
    const code = text.charCodeAt(offset);
    if (code === CLOSE) return { length: offset + 1 - start, headLength, closed: true, stop: 'end' };
    if (isNewlineCode(code) || code === HASH || (code === OPEN && headEnd(text, offset) !== undefined)) break;
    if (unclosedEnd === undefined && ENDS_UNCLOSED.has(text[offset]!)) unclosedEnd = offset;
  }
  const stop = offset < limit && text.charCodeAt(offset) === HASH ? 'comment' : 'end';
  let end = unclosedEnd ?? offset;
  while (end > colon + 1 && isBlankCode(text.charCodeAt(end - 1))) end--;
  return { length: end - start, headLength, closed: false, stop };
}

/** Offset of the colon of `<word:`, or undefined. */
function headEnd(text: string, start: number): number | undefined {
  let offset = start + 1;
  for (let length = wordLengthAt(text, offset); length > 0; length = wordLengthAt(text, offset))
    offset += length;
  return offset > start + 1 && text.charCodeAt(offset) === COLON ? offset : undefined;
}
