import type { Range } from '../../../shared/range';
import { isSpaceCode } from '../../syntax/chars';
import type { Document, Item } from '../../syntax/nodes';
import { withoutComments } from './plainText';

/** What stands between two commas of a prompt, outside brackets. */
export interface Phrase {
  /** Without the blanks around it. */
  readonly range: Range;
  readonly text: string;
  /** True when there is a `<type:…>` tag in it. */
  readonly hasTag: boolean;
  /** True when it is made of words and escapes alone, without tags and brackets. */
  readonly isPlain: boolean;
  /** Number of the BREAK or AND part it stands in. */
  readonly part: number;
}

/** Splits a prompt at its top-level commas, BREAK and AND. Empty phrases are left out. */
export function phrasesOf(document: Document, items: readonly Item[]): Phrase[] {
  const text = withoutComments(document);
  const commas = commaFinder(text);
  const phrases: Phrase[] = [];
  let part = 0;
  /** Where the phrase at hand begins, or -1 between two. */
  let start = -1;
  let hasTag = false;
  let isPlain = true;
  const flush = (until: number): void => {
    let from = start;
    let end = until;
    start = -1;
    while (from < end && isSpaceCode(text.charCodeAt(from))) from++;
    while (end > from && isSpaceCode(text.charCodeAt(end - 1))) end--;
    if (from >= 0 && from < end)
      phrases.push({ range: { start: from, end }, text: text.slice(from, end), hasTag, isPlain, part });
    hasTag = false;
    isPlain = true;
  };
  let position = 0;
  for (const { type, range } of items) {
    if (type === 'break' || type === 'and') {
      flush(position);
      part++;
    } else if (type === 'text') {
      let from = range.start;
      for (let at = commas(from); at < range.end; at = commas(from)) {
        if (start < 0) start = from;
        flush(at);
        from = at + 1;
      }
      if (start < 0 && from < range.end) start = from;
    } else {
      if (start < 0) start = range.start;
      if (type === 'tag') hasTag = true;
      if (type !== 'escape') isPlain = false;
    }
    position = range.end;
  }
  flush(position);
  return phrases;
}

/**
 * Finds the first comma at or after an offset, `Infinity` if there is none. Asked with rising offsets, it reads the text
 * once, however many pieces without a comma lie on the way.
 */
export function commaFinder(text: string): (from: number) => number {
  let comma = -1;
  return (from) => {
    if (comma < from) {
      comma = text.indexOf(',', from);
      if (comma < 0) comma = Number.POSITIVE_INFINITY;
    }
    return comma;
  };
}
