/** Merges of the original CLIP vocabulary; longer lists have more, which it never used. */
const CLIP_MERGES = 49152 - 256 - 2;

export const BEGIN_TEXT = '<|startoftext|>';
export const END_TEXT = '<|endoftext|>';
export const WORD_END = '</w>';

/** The pieces of a tokenizer, and the order in which it joins them. */
export interface Vocabulary {
  readonly ids: ReadonlyMap<string, number>;
  /** Rank of a pair, its two pieces joined by a space; lower is joined first. */
  readonly ranks: ReadonlyMap<string, number>;
}

/**
 * Reads a tokenizer's files.
 * @param merges text of merges.txt: a version line, then one pair per line. Other lines may well begin with `#`.
 * @param vocab text of vocab.json. Without it the ids follow from the merges, as in the original vocabulary.
 */
export function readVocabulary(merges: string, vocab?: string): Vocabulary {
  const lines = merges.split('\n').map((line) => line.replace(/\r$/, ''));
  if (/^(\S*\.txt)?#version:/.test(lines[0] ?? '')) lines.shift();
  const pairs = lines.filter((line) => line.includes(' '));
  const used = vocab === undefined ? pairs.slice(0, CLIP_MERGES) : pairs;
  const ranks = new Map(used.map((pair, rank) => [pair, rank]));
  return { ranks, ids: vocab === undefined ? idsOf(used) : new Map(Object.entries(JSON.parse(vocab))) };
}

function idsOf(pairs: readonly string[]): Map<string, number> {
  const symbols = BYTE_ORDER.map((byte) => BYTE_SYMBOLS[byte]!);
  const pieces = [
    ...symbols,
    ...symbols.map((symbol) => symbol + WORD_END),
    ...pairs.map((pair) => pair.replace(' ', '')),
    BEGIN_TEXT,
    END_TEXT,
  ];
  return new Map(pieces.map((piece, id) => [piece, id]));
}

/** Bytes that stand for themselves in the vocabulary come first, then the others, which are moved past U+0100. */
const PRINTABLE = [...range(33, 126), ...range(161, 172), ...range(174, 255)];
const MOVED = range(0, 255).filter((byte) => !PRINTABLE.includes(byte));
const BYTE_ORDER = [...PRINTABLE, ...MOVED];

/** The printable character each byte is written as in vocabularies. */
export const BYTE_SYMBOLS: readonly string[] = range(0, 255).map((byte) => {
  const moved = MOVED.indexOf(byte);
  return String.fromCodePoint(moved === -1 ? byte : 256 + moved);
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
