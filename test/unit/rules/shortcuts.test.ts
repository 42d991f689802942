import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveText } from '../../../server/src/language/analysis/resolve';
import { scheduleMayFail } from '../../../server/src/language/analysis/schedule/mayFail';
import { resolveSchedule } from '../../../server/src/language/analysis/schedule/schedule';
import { chunksOf, mayCut } from '../../../server/src/language/domain/chunks';
import { countingStretches } from '../../../server/src/language/domain/stretchCounts';
import { parse } from '../../../server/src/language/syntax/parse';
import { fold, foldedHash } from '../../../server/src/language/text/fold';

const textOf = (pieces: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength }).map((words) => words.join(''));

/** As many tokens as a text can have: one for every character. */
const countLetters = (text: string): number => text.replace(/\s/gu, '').length;

describe('what is left out because it cannot matter', () => {
  const prompts = textOf(
    [
      ...['[', ']', ':', '|', '\\', ' ', '\n', 'a', 'e', '1', '.', '-', '#', ',', 'AND ', '(', ')'],
      ...['[a:b:0.5]', '[a:1', 'e999', '9'.repeat(210), '<x:y>', '<x:]:>', '<', '>', '猫', '[a|b]', '1e5]'],
    ],
    14,
  );

  it('a prompt whose schedules cannot fail has none that does', () => {
    let quick = 0;
    fc.assert(
      fc.property(prompts, (text) => {
        if (scheduleMayFail(text)) return;
        quick++;
        for (const { text: part } of resolveText(text, true, 10).subprompts) {
          const { tree, overflow } = resolveSchedule(part, { steps: 10 });
          expect(overflow).toBeUndefined();
          if (part.includes('[')) expect(tree.ok).toBe(true);
        }
      }),
      { seed: 11, numRuns: 6000, examples: [['[a:1e<x:y>999]'], ['[a:1<x:y>e999]'], ['[a:1e999<x:y> ]']] },
    );
    expect(quick).toBeGreaterThan(500);
  });

  it.each(['[a:1e999]', '[a:1<x:y>e999]', '[a:1e<x:]:>999 ]', `[a:${'9'.repeat(310)}]`, '[a:b:1e9#:5]\n]'])(
    'a large number is looked at: %s',
    (text) => {
      expect(scheduleMayFail(text)).toBe(true);
    },
  );

  it.each(['a cat, [red:blue:0.5]', '[castle:12]', 'wide | high', 'no bracket 1e999'])(
    'an ordinary prompt is not: %s',
    (text) => {
      expect(scheduleMayFail(text)).toBe(false);
    },
  );

  it('a prompt without a phrase that may be cut has none that is', () => {
    const words = textOf(
      [
        'cat ',
        'a',
        ', ',
        ',',
        '(',
        ':1.2)',
        'long word after word ',
        ' BREAK ',
        '猫',
        '\\(',
        'x'.repeat(30),
        '[a:b:0.5]',
      ],
      40,
    );
    let quick = 0;
    fc.assert(
      fc.property(words, (text) => {
        const document = parse(text);
        for (const { positive } of document.blocks) {
          const cut = chunksOf(document, positive.items, countLetters).phrases.some(
            ({ cutAfter }) => cutAfter !== undefined,
          );
          const may = mayCut(document, positive.items, countLetters);
          if (!may) quick++;
          expect(cut && !may).toBe(false);
        }
      }),
      { seed: 11, numRuns: 3000 },
    );
    expect(quick).toBeGreaterThan(200);
  });
});

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
