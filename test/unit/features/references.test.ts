import { describe, expect, it } from 'vitest';
import { referencesIn, symbolAt } from '../../../server/src/language/features/references';
import { checkNewName, renameIn } from '../../../server/src/language/features/rename';
import { parse } from '../../../server/src/language/syntax/parse';
import { atCursor, environment, lora } from './support';

const ENV = environment([lora('anime', { alias: 'Outline' }), lora('hat')], {
  embeddings: [{ name: 'EasyNegative' }, { name: 'easy' }],
});

function rename(marked: string, newName: string): string | undefined {
  const { document, offset, text } = atCursor(marked);
  const symbol = symbolAt(document, offset, ENV);
  if (!symbol || !checkNewName(symbol, newName).ok) return undefined;
  return renameIn(document, symbol, newName, ENV).reduceRight(
    (result, { range, newText }) => result.slice(0, range.start) + newText + result.slice(range.end),
    text,
  );
}

describe('rename', () => {
  it.each([
    [
      '<lora:an|ime:1>, <lora:anime:0.5:1>\n---\n<lora:anime>',
      'b c',
      '<lora:b c:1>, <lora:b c:0.5:1>\n---\n<lora:b c>',
    ],
    ['<lo|ra:anime:1>, <lora:hat:1>', 'x', '<lora:x:1>, <lora:hat:1>'],
    ['<lora:Out|line:1>, <lora:anime:1>, <lora:hat:1>', 'x', '<lora:x:1>, <lora:x:1>, <lora:hat:1>'],
    ['a, anime, <lora:ani|me:1> # anime', 'x', 'a, anime, <lora:x:1> # anime'],
    [
      'a\nNegative prompt: easynega|tive, (EasyNegative:1.2), easynegative2',
      'bad',
      'a\nNegative prompt: bad, (bad:1.2), easynegative2',
    ],
    ['a __co|lor__ and __color__, __colors__', 'hue/warm', 'a __hue/warm__ and __hue/warm__, __colors__'],
    ['😀<lora:a|nime:1> 猫', '線画', '😀<lora:線画:1> 猫'],
  ])('%j to %j', (marked, newName, result) => {
    expect(rename(marked, newName)).toBe(result);
  });

  it.each([
    ['<lora:an|ime:1>', 'a:b'],
    ['<lora:an|ime:1>', 'a>b'],
    ['<lora:an|ime:1>', ' a'],
    ['<lora:an|ime:1>', ''],
    ['<lora:an|ime:1>', 'a#b'],
    ['a\nNegative prompt: easynega|tive', 'a, b'],
    ['__co|lor__', 'a b'],
  ])('refuses %j to %j', (marked, newName) => {
    expect(rename(marked, newName)).toBeUndefined();
  });

  it('finds nothing to rename in plain words, comments and parameters', () => {
    for (const marked of ['a c|at', '# EasyNeg|ative', 'a\nSteps: 20, Model: EasyNegat|ive']) {
      const { document, offset } = atCursor(marked);
      expect(symbolAt(document, offset, ENV)).toBeUndefined();
    }
  });

  it('there and back is where one began', () => {
    const before = 'a <lora:anime:1>, b <lora:anime:0.2>\n---\nc <lora:hat:1>';
    const there = rename(before.replace('anime', 'an|ime'), 'zzz') ?? '';
    expect(there).not.toContain('anime');
    expect(rename(there.replace('zzz', 'z|zz'), 'anime')).toBe(before);
  });
});

describe('references', () => {
  it('finds the same thing in another document', () => {
    const { document, offset } = atCursor('<lora:an|ime:1>');
    const symbol = symbolAt(document, offset, ENV);
    const other = parse('x\n<lora:Outline:1>');
    expect(symbol && referencesIn(other, symbol, ENV)).toEqual([{ start: 8, end: 15 }]);
  });

  it('reads a document with its own environment', () => {
    const { document, offset } = atCursor('<lora:an|ime:1>');
    const symbol = symbolAt(document, offset, ENV)!;
    const other = parse('<lora:anime:1>, <lora:ink:1>');
    // There `ink` is another name of the same file, and `anime` is another file.
    const elsewhere = environment([
      lora('anime', { path: '/other/anime.safetensors' }),
      lora('line', { path: '/loras/anime.safetensors', alias: 'ink' }),
    ]);
    expect(referencesIn(other, symbol, elsewhere)).toEqual([{ start: 22, end: 25 }]);
    expect(referencesIn(other, symbol, environment([]))).toEqual([{ start: 6, end: 11 }]);
  });
});
