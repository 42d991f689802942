import { describe, expect, it } from 'vitest';
import { parse } from '../../../server/src/language/syntax/parse';
import { walkDocument } from '../../../server/src/language/syntax/walk';

describe('walkDocument', () => {
  const text = 'a, [b:(c:1.2):0.5]\nNegative prompt: [d|e]';

  it('visits items in order, each before what is inside it', () => {
    const seen: string[] = [];
    walkDocument(parse(text), (item, parents, { side }) => {
      seen.push(`${side} ${parents.length} ${text.slice(item.range.start, item.range.end)}`);
    });
    expect(seen).toEqual([
      'positive 0 a, ',
      'positive 0 [b:(c:1.2):0.5]',
      'positive 1 b',
      'positive 1 (c:1.2)',
      'positive 2 c',
      'negative 0 [d|e]',
      'negative 1 d',
      'negative 1 e',
    ]);
  });

  it('leaves out what the visitor refuses', () => {
    const seen: string[] = [];
    walkDocument(parse(text), (item) => {
      seen.push(item.type);
      return item.type !== 'schedule';
    });
    expect(seen).toEqual(['text', 'schedule', 'alternation', 'text', 'text']);
  });
});
