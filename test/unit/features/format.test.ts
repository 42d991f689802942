import { describe, expect, it } from 'vitest';
import { formatDocument } from '../../../server/src/language/features/format';
import { parse } from '../../../server/src/language/syntax/parse';
import { applyEdits } from '../../../server/src/language/text/edits';

const format = (text: string): string => applyEdits(text, formatDocument(parse(text)));

describe('formatDocument', () => {
  it.each([
    // Words, commas and brackets.
    ['a,b', 'a, b\n'],
    ['a  b ,c', 'a b, c\n'],
    ['1个女孩,单独,<lora:x:1>', '1个女孩, 单独, <lora:x:1>\n'],
    ['( a ), [ b ]', '(a), [b]\n'],
    ['( a : 1.2 ),b', '(a:1.2), b\n'],
    ['[a:b: 0.5 ]', '[a:b:0.5]\n'],
    ['a,(b),[c:d:3]', 'a, (b), [c:d:3]\n'],
    ['a BREAK  b,AND c', 'a BREAK b, AND c\n'],
    ['a # note  \nb', 'a # note\nb\n'],
    ['a  \n\n\n\n  b', 'a\n\n  b\n'],

    // What the words would become something else by.
    ['a,,b', 'a,, b\n'],
    ['a, ,b', 'a, , b\n'],
    ['a,:)', 'a,:)\n'],
    ['a,\\(b\\)', 'a,\\(b\\)\n'],
    ['a,<lora:x:1>,b', 'a,<lora:x:1>, b\n'],
    ['x[ a | b ]y', 'x[ a | b ]y\n'],
    ['<lora: x :1>', '<lora: x :1>\n'],
    ['1,000', '1,000\n'],

    // Sections.
    [
      '\n\na\n\n\n\nNegative prompt:b\n\n\nSteps:20 ,Seed:1',
      'a\n\nNegative prompt: b\n\nSteps: 20, Seed: 1\n',
    ],
    ['a\n  Negative prompt:\nb', 'a\nNegative prompt:\nb\n'],
    ['a\nSteps: 20,\n  Sampler: Euler  a,Size :5x5', 'a\nSteps: 20,\nSampler: Euler  a, Size: 5x5\n'],
    ['a\nSteps: 20, Hires prompt:"b,c"', 'a\nSteps: 20, Hires prompt: "b,c"\n'],
    ['a\n\n\n---\n\n\nb\n\n\n', 'a\n\n---\n\nb\n'],
    ['\ufeff  a\r\nb', '\ufeffa\r\nb\r\n'],
    ['', ''],
    [' \n ', ' \n '],
  ])('%j', (text, expected) => {
    expect(format(text)).toBe(expected);
    expect(format(expected)).toBe(expected);
  });
});
