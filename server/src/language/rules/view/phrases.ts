import type { Range } from '../../../shared/range';
import type { Document, Item } from '../../syntax/nodes';
import { withoutComments } from '../../syntax/withoutComments';
import { finderOf } from '../../text/finder';
import { foldedHash } from '../../text/fold';
import { isSpaceCode } from '../../text/python';

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
  /** `foldedHash` of its text. */
  readonly hash: number;
}

/** Most phrases are never looked at closer than by their hash, and are not cut out. */
class PhraseOf implements Phrase {
  readonly #source: string;
  #hash: number | undefined;

  constructor(
    source: string,
    readonly range: Range,
    readonly hasTag: boolean,
    readonly isPlain: boolean,
    readonly part: number,
  ) {
    this.#source = source;
  }

  get text(): string {
    return this.#source.slice(this.range.start, this.range.end);
  }

  get hash(): number {
    this.#hash ??= foldedHash(this.#source, this.range.start, this.range.end);
    return this.#hash;
  }
}

/** Splits a prompt at its top-level commas, BREAK and AND. Empty phrases are left out. */
export function phrasesOf(document: Document, items: readonly Item[]): Phrase[] {
  const text = withoutComments(document);
  const commas = finderOf(text, ',');
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
      phrases.push(new PhraseOf(text, { start: from, end }, hasTag, isPlain, part));
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
