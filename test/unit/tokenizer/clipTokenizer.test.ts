import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Cleaning, createClipTokenizer } from '../../../server/src/formats/tokenizer';
import { golden } from '../engine/golden';

interface Data {
  bos: number;
  eos: number;
  cases: { text: string; hf_slow_ftfy: number[]; hf_slow_noftfy: number[]; hf_fast: number[] }[];
}
const data = golden<Data>('tokenizer/clip_tokenizer_golden.json');
const further = golden<{ cases: ({ text: string } & Record<Cleaning, number[]>)[] }>(
  'tokenizer/clip_further.json',
);
const merges = gunzipSync(
  readFileSync(new URL('../../golden/tokenizer/clip_merges.txt.gz', import.meta.url)),
).toString('utf8');

const VARIANTS: [Cleaning, 'hf_slow_ftfy' | 'hf_slow_noftfy' | 'hf_fast'][] = [
  ['repaired', 'hf_slow_ftfy'],
  ['basic', 'hf_slow_noftfy'],
  ['fast', 'hf_fast'],
];

describe.each(VARIANTS)('CLIP tokenizer, %s', (cleaning, key) => {
  const tokenizer = createClipTokenizer({ merges }, cleaning);
  it.each(data.cases.map((row) => [row.text, row[key]] as const))('%j', (text, ids) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });
  it.each(further.cases.map((row) => [row.text, row[cleaning]] as const))('%j', (text, ids) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });
});

describe('CLIP tokenizer', () => {
  const tokenizer = createClipTokenizer({ merges });

  it('knows the ids of the original vocabulary', () => {
    expect([tokenizer.begin, tokenizer.end]).toEqual([data.bos, data.eos]);
    expect([tokenizer.idOf(',</w>'), tokenizer.idOf('!')]).toEqual([267, 0]);
  });

  it('keeps the marks of begin and end', () => {
    expect(tokenizer.encode('a <|endoftext|> cat<|startoftext|>')).toEqual([320, 49407, 2368, 49406]);
  });

  it.each([
    ['&eacute; &EACUTE; &#233; &#xE9;', 'é É é é'],
    ['fish &amp; chips', 'fish & chips'],
    ['a < b &amp; c', 'a < b &amp; c'],
    ['\x93quoted\x94', '"quoted"'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['zero\ufeffwidth', 'zerowidth'],
    ['ａｂｃ　１２３', 'abc 123'],
    ['e\u0301', 'é'],
    ['cafÃ© donâ€™t', "café don't"],
    ['Ã la carte é', 'Ã la carte é'],
    ['lone \ud800 half', 'lone \ufffd half'],
  ])('reads %j as %j', (broken, repaired) => {
    expect(tokenizer.encode(broken)).toEqual(tokenizer.encode(repaired));
  });

  it('prefers the ids of vocab.json, and takes the end of text for pieces it lacks', () => {
    const vocab = JSON.stringify({
      c: 5,
      a: 6,
      't</w>': 7,
      ca: 8,
      '<|startoftext|>': 9,
      '<|endoftext|>': 10,
    });
    const small = createClipTokenizer({ merges: '#version: 0.2\nc a\n# #</w>\n', vocab });
    expect(small.encode('cat x')).toEqual([8, 7, 10]);
    expect([small.begin, small.end]).toEqual([9, 10]);
  });

  it('reads files with Windows line ends', () => {
    const windows = createClipTokenizer({ merges: merges.replaceAll('\n', '\r\n') });
    expect(windows.encode('astronaut')).toEqual(tokenizer.encode('astronaut'));
  });
});
