import type { Range } from '../../../shared/range';
import type { Document, Item } from '../../syntax/nodes';
import { commaFinder } from './phrases';
import { withoutComments } from './plainText';

/** Tokens of one chunk, without the two that begin and end it. */
export const CHUNK = 75;
/** The web UI moves what follows the last comma to the next chunk, if that is at most so many tokens. */
const BACKTRACK = 20;

/** A phrase of a prompt as it falls into the chunks the text encoder takes. */
export interface PlacedPhrase {
  /** Without the blanks around it. */
  readonly range: Range;
  readonly tokens: number;
  /** Number of chunks up to and with this phrase. */
  readonly chunks: number;
  /** How many of its tokens stand before the end of a chunk, where it is cut in two. */
  readonly cutAfter?: number;
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
  const end = (offset: number, tokens: number): void => void ends.push({ offset, tokens });
  for (const piece of piecesOf(document, items)) {
    if (piece.kind === 'break') {
      if (used > 0) end(piece.offset, used);
      used = 0;
      continue;
    }
    const tokens = count(piece.text);
    let cutAfter: number | undefined;
    if (used + tokens <= CHUNK) used += tokens;
    else if (used > 0 && CHUNK - used <= BACKTRACK && tokens <= CHUNK) {
      end(piece.range.start, used);
      used = tokens;
    } else {
      cutAfter = CHUNK - used;
      for (let before = cutAfter; before < tokens; before += CHUNK)
        end(piece.range.start + lengthOfTokens(piece, before, tokens, count), CHUNK);
      used = (tokens - cutAfter) % CHUNK || CHUNK;
    }
    phrases.push({
      range: piece.range,
      tokens,
      chunks: ends.length + 1,
      ...(cutAfter !== undefined && { cutAfter }),
    });
    if (piece.comma === undefined) continue;
    if (used === CHUNK) {
      end(piece.comma, used);
      used = 0;
    }
    used++;
  }
  return { phrases, ends, last: used };
}

/** Longest phrase whose cut is looked for word by word, UTF-16 units. */
const MAX_SEARCHED = 5_000;

/** Length of the part of a phrase that holds its first tokens, at the start of a word; about right where brackets stand in it. */
function lengthOfTokens(
  phrase: PhrasePiece,
  tokens: number,
  all: number,
  count: (text: string) => number,
): number {
  const length = phrase.range.end - phrase.range.start;
  if (phrase.text.length > MAX_SEARCHED) return Math.round((length * tokens) / all);
  const starts = [...phrase.text.matchAll(/\s+(?=\S)/gu)].map((blank) => blank.index + blank[0].length);
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (count(phrase.text.slice(0, starts[middle])) <= tokens) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : Math.min(length, starts[low - 1] ?? 0);
}

interface PhrasePiece {
  readonly kind: 'phrase';
  readonly text: string;
  readonly range: Range;
  /** Offset of the comma that follows. */
  readonly comma: number | undefined;
}

type Piece = PhrasePiece | { readonly kind: 'break'; readonly offset: number };

/** The phrases between commas, brackets taken away, as the first step of the run sees them. */
function piecesOf(document: Document, prompt: readonly Item[]): Piece[] {
  const text = withoutComments(document);
  const commas = commaFinder(text);
  const pieces: Piece[] = [];
  let words = '';
  let range: Range | undefined;
  const flush = (comma?: number): void => {
    const phrase = range ? words.trim() : '';
    if (range && phrase !== '') pieces.push({ kind: 'phrase', text: phrase, range, comma });
    words = '';
    range = undefined;
  };
  const add = (start: number, end: number): void => {
    const part = text.slice(start, end);
    words = words === '' ? part : words + part;
    const trimmed = part.trim();
    if (trimmed === '') return;
    const from = trimmed === part ? start : start + part.length - part.trimStart().length;
    range = { start: range?.start ?? from, end: from + trimmed.length };
  };
  const visit = (items: readonly Item[]): void => {
    for (const item of items) {
      switch (item.type) {
        case 'text': {
          let from = item.range.start;
          for (let at = commas(from); at < item.range.end; at = commas(from)) {
            add(from, at);
            flush(at);
            from = at + 1;
          }
          add(from, item.range.end);
          break;
        }
        case 'escape':
          add(item.range.start + 1, item.range.end);
          break;
        case 'group':
          // What brackets set apart is cut into words of its own.
          words += ' ';
          visit(item.items);
          words += ' ';
          break;
        case 'schedule':
          visit(item.from && item.from.length > 0 ? item.from : item.to);
          break;
        case 'alternation':
          visit(item.options[0] ?? []);
          break;
        case 'break':
        case 'and':
          flush();
          pieces.push({ kind: 'break', offset: item.range.start });
          break;
        case 'tag':
          break;
      }
    }
  };
  visit(prompt);
  flush();
  return pieces;
}
