import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createClipTokenizer } from '../../../../server/src/formats/tokenizer';
import { attentionRuns, parseAttention } from '../../../../server/src/language/analysis/attention';
import { chunkPrompt, emptyPromptChunk, padTokens } from '../../../../server/src/numerics/conditioning';
import { expectClose, golden } from '../../engine/golden';

interface Data {
  parse: { text: string; result: [string, number][] }[];
  chunks: { text: string; token_count: number; chunks: { tokens: number[]; multipliers: number[] }[] }[];
}
const data = golden<Data>('conditioning/a1111_prompt_golden.json');
interface Further {
  cases: {
    text: string;
    tokenCount: number;
    chunks: { tokens: number[]; weights: [weight: number, count: number][] }[];
  }[];
}
const further = golden<Further>('conditioning/chunks_further.json');
const merges = gunzipSync(
  readFileSync(new URL('../../../golden/tokenizer/clip_merges.txt.gz', import.meta.url)),
).toString('utf8');
const tokenizer = createClipTokenizer({ merges });
const runsOf = (text: string) => attentionRuns(parseAttention(text).pieces);
const words = (count: number) => Array<string>(count).fill('word').join(' ');
const content = (tokens: readonly number[]) => tokens.slice(1, -1).filter((token) => token !== tokenizer.end);

describe('attention runs', () => {
  it.each(data.parse)('$text', ({ text, result }) => {
    const runs = runsOf(text);
    expect(runs.map(([run]) => run)).toEqual(result.map(([run]) => run));
    expectClose(
      runs.map(([, weight]) => weight),
      result.map(([, weight]) => weight),
      1e-12,
    );
  });
});

describe('chunks of a prompt', () => {
  it.each(data.chunks)('$text', (row) => {
    const { chunks, tokenCount } = chunkPrompt(runsOf(row.text), tokenizer);
    expect(tokenCount).toBe(row.token_count);
    expect(chunks.map((chunk) => chunk.tokens)).toEqual(row.chunks.map((chunk) => chunk.tokens));
    for (const [i, chunk] of chunks.entries())
      expectClose(chunk.multipliers, row.chunks[i]!.multipliers, 1e-12, `weights of chunk ${i}`);
  });

  it.each(further.cases)('$text', ({ text, tokenCount, chunks: wanted }) => {
    const chunked = chunkPrompt(runsOf(text), tokenizer);
    expect(chunked.tokenCount).toBe(tokenCount);
    expect(chunked.chunks).toHaveLength(wanted.length);
    for (const [i, { tokens, multipliers }] of chunked.chunks.entries()) {
      const weights = wanted[i]!.weights.flatMap(([weight, count]) => Array<number>(count).fill(weight));
      const padding = 75 - weights.length;
      expect(tokens.slice(1, -1)).toEqual([
        ...wanted[i]!.tokens,
        ...Array<number>(padding).fill(tokenizer.end),
      ]);
      expectClose(multipliers.slice(1, -1), [...weights, ...Array<number>(padding).fill(1)], 1e-7);
    }
  });

  it('ends a chunk at BREAK, and only where it stands alone', () => {
    const broken = chunkPrompt(
      [
        ['a', 1],
        ['BREAK', -1],
        ['cat', 1],
      ],
      tokenizer,
    );
    expect(broken.chunks.map(({ tokens }) => content(tokens))).toEqual([[320], [2368]]);
    expect(broken.tokenCount).toBe(76);
    expect(chunkPrompt([['BREAK', -1.3]], tokenizer).chunks).toHaveLength(1);
  });

  it('moves what follows a late comma to the next chunk, and not what follows an early one', () => {
    const late = chunkPrompt([[`${words(60)}, ${words(20)}`, 1]], tokenizer);
    expect(late.chunks.map(({ tokens }) => content(tokens).length)).toEqual([61, 20]);
    const early = chunkPrompt([[`${words(40)}, ${words(40)}`, 1]], tokenizer);
    expect(early.chunks.map(({ tokens }) => content(tokens).length)).toEqual([75, 6]);
  });

  it('leaves a comma that comes 76th at the head of the next chunk', () => {
    const { chunks } = chunkPrompt([[`${words(75)}, cat`, 1]], tokenizer);
    expect(content(chunks[1]!.tokens)).toEqual([267, 2368]);
  });

  it('gives an embedding as many places as it has rows, never across two chunks', () => {
    const named = [{ name: 'EasyNegative', rows: 8 }];
    const { chunks } = chunkPrompt([['a easynegative cat', 1.2]], tokenizer, named);
    expect(chunks[0]!.embeddings).toEqual([{ position: 2, name: 'EasyNegative' }]);
    expect(chunks[0]!.tokens.slice(0, 12)).toEqual([49406, 320, 0, 0, 0, 0, 0, 0, 0, 0, 2368, 49407]);
    expect(chunks[0]!.multipliers.slice(1, 12)).toEqual([...Array(10).fill(1.2), 1]);
    const across = chunkPrompt([[`${words(70)} EasyNegative`, 1]], tokenizer, named);
    expect(across.chunks.map((chunk) => chunk.embeddings)).toEqual([
      [],
      [{ position: 1, name: 'EasyNegative' }],
    ]);
  });

  it('pads with another id behind the first end mark', () => {
    const { tokens } = emptyPromptChunk(tokenizer);
    expect(tokens).toHaveLength(77);
    const padded = padTokens(tokens, tokenizer.end, 0);
    expect(padded.slice(0, 3)).toEqual([49406, 49407, 0]);
    expect(padded.at(-1)).toBe(0);
    expect(padTokens(tokens, tokenizer.end, tokenizer.end)).toEqual(tokens);
  });
});
