import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAttention } from '../../../server/src/language/analysis/attention';
import {
  mayBreakOrFail,
  mayCut,
  mayHoldSchedule,
  mayRepeat,
  scheduleMayFail,
} from '../../../server/src/language/analysis/fastPaths';
import { resolveText } from '../../../server/src/language/analysis/resolve';
import { resolveSchedule } from '../../../server/src/language/analysis/schedule/schedule';
import { readTree } from '../../../server/src/language/analysis/schedule/tree';
import { chunksOf } from '../../../server/src/language/domain/chunks';
import { phrasesOf } from '../../../server/src/language/rules/view/phrases';
import { parse } from '../../../server/src/language/syntax/parse';
import { fold } from '../../../server/src/language/text/fold';

/** A shortcut and the reading that it saves, both as "may it find something" and "does it". */
interface Shortcut {
  readonly name: string;
  readonly may: (text: string) => boolean;
  readonly does: (text: string) => boolean;
  readonly examples?: readonly string[];
}

/** As many tokens as a text can have: one for every character. */
const countLetters = (text: string): number => text.replace(/\s/gu, '').length;
const itemsOf = (text: string) => {
  const document = parse(text);
  return { document, items: document.blocks[0]?.positive.items ?? [] };
};
const phrases = (text: string) => {
  const { document, items } = itemsOf(text);
  return phrasesOf(document, items);
};

const SHORTCUTS: readonly Shortcut[] = [
  {
    name: 'scheduleMayFail',
    may: scheduleMayFail,
    does: (text) =>
      resolveText(text, true, 10).subprompts.some(({ text: part }) => {
        const { tree, overflow } = resolveSchedule(part, { steps: 10 });
        return overflow !== undefined || (part.includes('[') && !tree.ok);
      }),
    examples: ['[a:1e<x:y>999]', '[a:1<x:y>e999]', '[a:1e999<x:y> ]'],
  },
  {
    name: 'mayHoldSchedule',
    may: mayHoldSchedule,
    does: (text) => {
      const tree = readTree(text);
      // A text that ends in a backslash is literal, which makes no difference where nothing is scheduled.
      return tree.ok ? tree.root.constructs.length > 0 : tree.reason === 'bare-bar';
    },
  },
  {
    name: 'mayBreakOrFail',
    may: mayBreakOrFail,
    does: (text) => {
      const { pieces, error, tooDeepAt } = parseAttention(text);
      const breaks = pieces.some(({ isBreak, weight }) => isBreak && weight === -1);
      return breaks || error !== undefined || tooDeepAt !== undefined;
    },
    examples: ['(a:1.2.3)', '(a:.)', 'a BREAK b', `${'('.repeat(300)}a`],
  },
  {
    name: 'mayRepeat',
    may: (text) => mayRepeat(phrases(text)),
    does: (text) => {
      const words = phrases(text)
        .filter(({ hasTag }) => !hasTag)
        .map((phrase) => fold(phrase.text));
      return new Set(words).size < words.length;
    },
    examples: ['Blue_Eyes, blue  eyes'],
  },
  {
    name: 'mayCut',
    may: (text) => {
      const { document, items } = itemsOf(text);
      return mayCut(document, items, countLetters);
    },
    does: (text) => {
      const { document, items } = itemsOf(text);
      return chunksOf(document, items, countLetters).phrases.some(({ cutAfter }) => cutAfter !== undefined);
    },
    examples: [`${'a, '.repeat(35)}${'x'.repeat(30)}`],
  },
];

const PIECES = [
  ...['[', ']', ':', '|', '\\', ' ', '\n', 'a', 'e', '1', '.', '-', '#', ',', 'AND ', '(', ')', ', '],
  ...['[a:b:0.5]', '[a:1', 'e999', '9'.repeat(210), '<x:y>', '<x:]:>', '<', '>', '猫', '[a|b]', '1e5]'],
  ...['cat ', ', cat,', ':1.2)', ':1.2.3)', ':.)', ' BREAK ', 'long word after word ', 'x'.repeat(30), '_'],
];
const SHORT = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 });
const WORDS = fc.array(
  fc.constantFrom('cat ', 'a', ', ', ',', '(', ':1.2)', 'long word after word ', ' BREAK ', '猫', '\\('),
  { minLength: 15, maxLength: 40 },
);
const TEXTS = fc.oneof({ weight: 2, arbitrary: SHORT }, WORDS).map((pieces) => pieces.join(''));

describe('a shortcut that says no', () => {
  it.each(SHORTCUTS)('$name: the full reading finds nothing either', ({ may, does, examples = [] }) => {
    const count = { no: 0, found: 0 };
    fc.assert(
      fc.property(TEXTS, (text) => {
        const found = does(text);
        if (found) count.found++;
        if (may(text)) return;
        count.no++;
        expect(found).toBe(false);
      }),
      { seed: 11, numRuns: 4000, examples: examples.map((text) => [text]) },
    );
    // Both answers are common among these texts, so the comparison means something.
    expect(count.no).toBeGreaterThan(200);
    expect(count.found).toBeGreaterThan(10);
  });
});

describe('scheduleMayFail', () => {
  it.each(['[a:1e999]', '[a:1<x:y>e999]', '[a:1e<x:]:>999 ]', `[a:${'9'.repeat(310)}]`, '[a:b:1e9#:5]\n]'])(
    'has a large number read: %s',
    (text) => {
      expect(scheduleMayFail(text)).toBe(true);
    },
  );

  it.each(['a cat, [red:blue:0.5]', '[castle:12]', 'wide | high', 'no bracket 1e999'])(
    'says no for an ordinary prompt: %s',
    (text) => {
      expect(scheduleMayFail(text)).toBe(false);
    },
  );
});
