import { describe, expect, it } from 'vitest';
import { locate } from '../../../server/src/language/syntax/nodeAt';
import { parse } from '../../../server/src/language/syntax/parse';

/** What lies at the `|` of a text, in words. */
function at(marked: string): string {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = locate(parse(text), offset);
  const words = found.items.map(({ range }) => text.slice(range.start, range.end));
  if (found.side !== undefined) words.unshift(found.side);
  if (found.argument !== undefined) words.push(`argument ${found.argument.index}`);
  if (found.parameter !== undefined) words.push(`parameter ${found.parameter.key}`);
  else if (found.inParameters) words.push('parameters');
  if (found.comment !== undefined) words.push('comment');
  return words.join(' > ');
}

describe('locate', () => {
  it.each([
    ['a, (b| c:1.2)', 'positive > (b c:1.2) > b c'],
    ['a, (b c:1.|2)', 'positive > (b c:1.2)'],
    ['a, |(b)', 'positive > a, '],
    ['a, (b)|', 'positive > (b)'],
    ['a, (b|', 'positive > (b > b'],
    ['[a:b|:0.5]', 'positive > [a:b:0.5] > b'],
    ['<lora:|>', 'positive > <lora:> > argument 0'],
    ['<lora:ab|', 'positive > <lora:ab > argument 0'],
    ['x, <lora:ab:0.|5>, y', 'positive > <lora:ab:0.5> > argument 1'],
    ['a\nNegative prompt: b|c', 'negative > bc'],
    ['a\nNegative prompt:|', 'negative'],
    ['a\nSteps: 2|0', 'parameter Steps'],
    ['a\nSteps: 20, |', 'parameters'],
    ['a # b|c', 'positive > comment'],
    ['|', 'positive'],
    ['a\n---\n\nb|', 'positive > b'],
  ])('%s', (marked, expected) => {
    expect(at(marked)).toBe(expected);
  });
});
