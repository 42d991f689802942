import type { Range } from '../../shared/range';
import type { Document, Item } from '../syntax/nodes';
import { withoutComments } from '../syntax/withoutComments';
import { readPieces } from './chunkPieces';
import { countingStretches } from './stretchCounts';

/** Tokens of one chunk, without the two that begin and end it. */
export const CHUNK = 75;
/** The web UI moves what follows the last comma to the next chunk, if that is at most so many tokens. */
export const BACKTRACK = 20;

/** A phrase of a prompt as it falls into the chunks the text encoder takes. */
export interface PlacedPhrase {
  /** Without the blanks around it. */
  readonly range: Range;
  readonly tokens: number;
  /** Number of chunks up to and with this phrase. */
  readonly chunks: number;
  /** How many of its tokens stand before the end of a chunk, where it is cut in two. */
  readonly cutAfter?: number;
  /** Tokens of the chunk before, where the phrase would have begun in it and is moved to the next one whole. */
  readonly movedBehind?: number;
}

/** A place where one chunk ends and the next begins. */
export interface ChunkEnd {
  readonly offset: number;
  /** Tokens in the chunk that ends here. */
  readonly tokens: number;
}

/** A prompt in chunks. */
export interface Chunks {
  readonly phrases: readonly PlacedPhrase[];
  readonly ends: readonly ChunkEnd[];
  /** Tokens in the last chunk. */
  readonly last: number;
}

/** Lays a prompt out in chunks of 75 tokens as the web UI does at the first step, bar its embeddings. */
export function chunksOf(
  document: Document,
  items: readonly Item[],
  count: (text: string) => number,
): Chunks {
  const phrases: PlacedPhrase[] = [];
  const ends: ChunkEnd[] = [];
  let used = 0;
  const close = (offset: number, tokens: number): void => void ends.push({ offset, tokens });
  const text = withoutComments(document);
  const countStretch = countingStretches(count);
  readPieces(document, items, {
    chunkBreak(offset) {
      if (used > 0) close(offset, used);
      used = 0;
    },
    phrase({ start, end, words, comma }) {
      const tokens = words === undefined ? countStretch(text, start, end) : count(words);
      let cutAfter: number | undefined;
      let movedBehind: number | undefined;
      if (used + tokens <= CHUNK) used += tokens;
      else if (used > 0 && CHUNK - used <= BACKTRACK && tokens <= CHUNK) {
        close(start, used);
        movedBehind = used;
        used = tokens;
      } else {
        cutAfter = CHUNK - used;
        const cut = { words: words ?? text.slice(start, end), length: end - start };
        for (let before = cutAfter; before < tokens; before += CHUNK)
          close(start + lengthOfTokens(cut, before, tokens, count), CHUNK);
        used = (tokens - cutAfter) % CHUNK || CHUNK;
      }
      const range = { start, end };
      const chunks = ends.length + 1;
      phrases.push({
        range,
        tokens,
        chunks,
        ...(cutAfter !== undefined && { cutAfter }),
        ...(movedBehind !== undefined && { movedBehind }),
      });
      if (comma === undefined) return;
      if (used === CHUNK) {
        close(comma, used);
        used = 0;
      }
      used++;
    },
  });
  return { phrases, ends, last: used };
}

/** Longest phrase whose cut is looked for word by word, UTF-16 units. */
const MAX_SEARCHED = 5_000;

/** Length of the part of a phrase that holds its first tokens, at the start of a word; about right where brackets stand in it. */
function lengthOfTokens(
  { words, length }: { readonly words: string; readonly length: number },
  tokens: number,
  all: number,
  count: (text: string) => number,
): number {
  if (words.length > MAX_SEARCHED) return Math.round((length * tokens) / all);
  const starts = [...words.matchAll(/\s+(?=\S)/gu)].map((blank) => blank.index + blank[0].length);
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (count(words.slice(0, starts[middle])) <= tokens) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : Math.min(length, starts[low - 1] ?? 0);
}
