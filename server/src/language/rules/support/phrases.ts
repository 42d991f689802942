import type { Range } from '../../../shared/range';
import type { Document, Item } from '../../syntax/nodes';
import { withoutComments } from './plainText';

/** What stands between two commas of a prompt, outside brackets. */
export interface Phrase {
  /** Without the blanks around it. */
  readonly range: Range;
  readonly text: string;
  /** Items it is made of. */
  readonly items: readonly Item[];
  /** Number of the BREAK or AND part it stands in. */
  readonly part: number;
}

const known = new WeakMap<readonly Item[], readonly Phrase[]>();

/** Splits a prompt at its top-level commas, BREAK and AND. Empty phrases are left out. */
export function phrasesOf(document: Document, items: readonly Item[]): readonly Phrase[] {
  let found = known.get(items);
  if (!found) {
    found = split(document, items);
    known.set(items, found);
  }
  return found;
}

function split(document: Document, items: readonly Item[]): Phrase[] {
  const text = withoutComments(document);
  const phrases: Phrase[] = [];
  let part = 0;
  let start: number | undefined;
  let end = 0;
  let parts: Item[] = [];
  const flush = (): void => {
    if (start !== undefined) {
      const raw = text.slice(start, end);
      const from = start + (raw.length - raw.trimStart().length);
      const trimmed = raw.trim();
      if (trimmed !== '')
        phrases.push({
          range: { start: from, end: from + trimmed.length },
          text: trimmed,
          items: parts,
          part,
        });
    }
    start = undefined;
    parts = [];
  };
  for (const item of items) {
    if (item.type === 'break' || item.type === 'and') {
      flush();
      part++;
      continue;
    }
    if (item.type !== 'text') {
      start ??= item.range.start;
      end = item.range.end;
      parts.push(item);
      continue;
    }
    let from = item.range.start;
    for (let at = from; at < item.range.end; at++) {
      if (text.charCodeAt(at) !== COMMA) continue;
      start ??= from;
      end = at;
      parts.push(item);
      flush();
      from = at + 1;
    }
    if (from < item.range.end) {
      start ??= from;
      end = item.range.end;
      parts.push(item);
    }
  }
  flush();
  return phrases;
}

const COMMA = 44;
