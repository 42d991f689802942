import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveDocument } from '../../server/src/language/analysis/resolve';
import { formatDocument } from '../../server/src/language/features/format';
import { parse } from '../../server/src/language/syntax/parse';
import { applyEdits, areDisjoint } from '../../server/src/language/text/edits';
import { FUZZ_TIMEOUT, fuzzOptions, texts } from './texts';

/** What the web UI makes of a text, with blanks left out of words: written apart from the formatter's own proof. */
function reading(text: string): unknown {
  const squeeze = (words: string): string => words.replace(/[\s\u0085\u001c-\u001f]+/gu, '');
  const runs = (list: readonly (readonly [string, number])[]) =>
    list.map(([words, weight]) => [squeeze(words), weight] as const).filter(([words]) => words !== '');
  return resolveDocument(parse(text)).map(({ positive, negative, parameters, steps }) => ({
    steps,
    parameters: parameters.map(({ key, value }) => [key, value]),
    prompts: [positive, negative].map((prompt) => ({
      networks: prompt.networks.map(({ type, positional, named }) => [type, positional, named]),
      subprompts: prompt.subprompts.map(({ text: sub, weight }) => [squeeze(sub), weight]),
      schedule: prompt.schedule.map(([end, phase]) => [end, squeeze(phase)]),
      scheduleFailed: prompt.scheduleFailed,
      attention: runs(prompt.attention),
      breaks: prompt.breaks.length,
    })),
  }));
}

describe('formatting any text', () => {
  it(
    'keeps its meaning, and a second time changes nothing',
    () => {
      fc.assert(
        fc.property(texts, (text) => {
          const edits = formatDocument(parse(text));
          expect(areDisjoint(edits)).toBe(true);
          const formatted = applyEdits(text, edits);
          expect(reading(formatted)).toEqual(reading(text));
          expect(formatDocument(parse(formatted))).toEqual([]);
        }),
        fuzzOptions(400),
      );
    },
    FUZZ_TIMEOUT,
  );
});
