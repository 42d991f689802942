import { describe, expect, it } from 'vitest';
import { readCompel } from '../../../server/src/language/dialects/compel/conjunction';
import { readPromptAs } from '../../../server/src/language/portability/readAs';

describe('compel', () => {
  it('reads any nesting and any unfinished text', () => {
    for (const piece of ['(', ')', '"', '(a', '(a)+', 'a.swap(', '("a",', '\\', 'withLora(', '+'])
      expect(() => readCompel(piece.repeat(5000))).not.toThrow();
    expect(readCompel(`${'('.repeat(40)}a${')+'.repeat(40)}`)).toMatchObject({
      conjunction: [[['a', expect.closeTo(1.1 ** 40, 6)]]],
    });
  });

  it('gives InvokeAI its weights', () => {
    expect(readPromptAs('a (red hat)1.5 b, dog+', 'invokeai').runs).toEqual([
      ['a', 1],
      ['red hat', 1.5],
      ['b,', 1],
      ['dog', 1.1],
    ]);
  });
});
