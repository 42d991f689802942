import type { ClipTokenizer } from '../../formats/tokenizer';
import { chunkPrompt } from '../../numerics/conditioning';
import type { WeightedRun } from '../../shared/plan';

/** A prompt as texts of one chunk of 75 tokens each. */
export interface ChunkTexts {
  readonly texts: readonly string[];
  /** A weight other than 1 is in them. */
  readonly isWeighted: boolean;
  /** A word is longer than what is left of its chunk, so that the cut lies elsewhere than ours. */
  readonly isCutInWord: boolean;
}

/** What the tokenizer takes as one word, with the whitespace before it. */
const WORD =
  /\s*(?:<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+)|\s+/giu;

interface Piece {
  readonly text: string;
  readonly weight: number;
}

/**
 * Cuts runs into the chunks of our tokenizer (75 tokens, back to the last comma of 20) and writes each as one text for
 * `CLIPTextEncode`: weights as `(text:w)`, brackets of the text escaped, embeddings as `embedding:name`. ComfyUI cuts long texts
 * without going back to a comma, so that a whole text would be another picture.
 *
 * @param embeddings names that stand for embeddings, with their number of vectors
 */
export function chunkTexts(
  runs: readonly WeightedRun[],
  tokenizer: ClipTokenizer,
  embeddings: readonly { readonly name: string; readonly rows: number }[],
  ignoresWeights: boolean,
): ChunkTexts {
  const { chunks } = chunkPrompt(runs, tokenizer, embeddings);
  const lengths = chunks.map(({ tokens }) => {
    const end = tokens.indexOf(tokenizer.end, 1);
    return (end < 0 ? tokens.length : end) - 1;
  });
  const known = embeddings
    .map((one) => ({ ...one, ids: tokenizer.encode(one.name) }))
    .filter(({ ids }) => ids.length > 0)
    .sort((a, b) => b.ids.length - a.ids.length);
  const pieces: Piece[][] = [[]];
  let used = 0;
  let isCutInWord = false;
  let isWeighted = false;

  /** Puts a text of so many tokens into the chunk that it begins in. */
  const put = (text: string, weight: number, tokens: number) => {
    while (tokens > 0 && used >= (lengths[pieces.length - 1] ?? 0) && pieces.length < chunks.length) {
      pieces.push([]);
      used = 0;
    }
    used += tokens;
    if (used > (lengths[pieces.length - 1] ?? 0)) {
      isCutInWord = true;
      used -= lengths[pieces.length - 1] ?? 0;
      pieces.at(-1)!.push({ text, weight });
      if (pieces.length < chunks.length) pieces.push([]);
      return;
    }
    pieces.at(-1)!.push({ text, weight });
  };

  for (const [text, weight] of runs) {
    if (text === 'BREAK' && weight === -1) {
      pieces.push([]);
      used = 0;
      continue;
    }
    const own = ignoresWeights ? 1 : weight;
    if (own !== 1 && text.trim() !== '') isWeighted = true;
    const words = text.match(WORD) ?? [];
    const ids = words.map((word) => tokenizer.encode(word));
    for (let at = 0; at < words.length; ) {
      const found = known.find((one) => startsWith(ids, at, one.ids));
      if (found) {
        const taken = wordsOf(ids, at, found.ids.length);
        put(`${/^\s*/.exec(words[at]!)![0]}embedding:${found.name}`, own, found.rows);
        at += taken;
        continue;
      }
      put(words[at]!, own, ids[at]!.length);
      at++;
    }
  }
  return { texts: pieces.map(write), isWeighted, isCutInWord };
}

/** True where the tokens of the words from `at` on begin with these. */
function startsWith(words: readonly (readonly number[])[], at: number, wanted: readonly number[]): boolean {
  const flat = words.slice(at, at + wanted.length).flat();
  return wanted.every((id, index) => flat[index] === id);
}

function wordsOf(words: readonly (readonly number[])[], at: number, tokens: number): number {
  let count = 0;
  let seen = 0;
  while (seen < tokens && at + count < words.length) {
    seen += words[at + count]!.length;
    count++;
  }
  return Math.max(1, count);
}

/** One text of the pieces of a chunk; neighbours of one weight share their brackets. */
function write(pieces: readonly Piece[]): string {
  let written = '';
  for (let at = 0; at < pieces.length; ) {
    const { weight } = pieces[at]!;
    let text = '';
    for (; at < pieces.length && pieces[at]!.weight === weight; at++) text += pieces[at]!.text;
    const escaped = text.replace(/[()]/g, '\\$&');
    if (weight === 1 || text.trim() === '') written += escaped;
    else {
      const [, before = '', middle = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(escaped) ?? [];
      written += `${before}(${middle}:${number(weight)})${after}`;
    }
  }
  return written.trim();
}

/** Digits and a point: an exponent would be words. */
function number(value: number): string {
  return value.toFixed(4).replace(/\.?0+$/, '');
}
