import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingStretches } from '../../../server/src/language/domain/stretchCounts';
import { fold, foldedHash } from '../../../server/src/language/text/fold';

const textOf = (pieces: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength }).map((words) => words.join(''));

describe('stretches of a text', () => {
  it('have the count of the same text cut out, also after more of them than are remembered', () => {
    let calls = 0;
    const count = countingStretches((text) => {
      calls++;
      return text.length * 2;
    });
    for (let round = 0; round < 2; round++)
      for (let index = 0; index < 20_000; index++) {
        const text = `ab ${index} cd`;
        expect(count(text, 3, text.length - 3)).toBe(2 * String(index).length);
      }
    const before = calls;
    expect(count('x19999', 1, 6)).toBe(10);
    expect(calls).toBe(before);
    expect(count('y'.repeat(5000), 0, 5000)).toBe(10_000);
  });

  it('that fold alike have one hash', () => {
    const words = textOf(['a', 'A', 'b', '_', ' ', '\\', '(', 'Ä', 'ä', '猫', '\t'], 8);
    fc.assert(
      fc.property(words, words, (a, b) => {
        const text = `${a}|${b}`;
        const [first, second] = [foldedHash(text, 0, a.length), foldedHash(text, a.length + 1, text.length)];
        expect(first === second).toBe(fold(a) === fold(b));
      }),
      { seed: 11, numRuns: 3000, examples: [['Blue_Eyes', 'blue  eyes']] },
    );
  });
});
