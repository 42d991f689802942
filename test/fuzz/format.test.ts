import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClipTokenizer } from '../../server/src/formats/tokenizer';
import { attentionRuns, parseAttention } from '../../server/src/language/analysis/attention';
import { resolveDocument } from '../../server/src/language/analysis/resolve';
import { resolveSchedule } from '../../server/src/language/analysis/schedule/schedule';
import { formatDocument } from '../../server/src/language/features/format';
import { parse } from '../../server/src/language/syntax/parse';
import { applyEdits, areDisjoint } from '../../server/src/language/text/edits';
import { FUZZ_TIMEOUT, fuzzOptions, texts } from './texts';

/** The vocabulary that every released Stable Diffusion 1 and 2 has. */
const tokenizer = createClipTokenizer({
  merges: gunzipSync(readFileSync('media/clip/merges.txt.gz')).toString('utf8'),
});

/**
 * What the web UI makes of a text, as the model gets it: the tokens of every run. Written apart from the formatter's own
 * proof, which compares words and no tokens.
 */
function reading(text: string): unknown {
  const tokens = (words: string): string => tokenizer.encode(words).join(' ');
  const runs = (list: readonly (readonly [string, number])[]) =>
    list.map(([words, weight]) => [tokens(words), weight] as const).filter(([ids]) => ids !== '');
  return resolveDocument(parse(text)).map(({ positive, negative, parameters, steps }) => ({
    steps,
    parameters: parameters.map(({ key, value }) => [key, value]),
    prompts: [positive, negative].map((prompt) => ({
      networks: prompt.networks.map(({ type, positional, named }) => [type, positional, named]),
      // Attention is read in each part of the schedule, never in the text with its schedules still in it.
      subprompts: prompt.subprompts.map(({ text: sub, weight }) => [
        resolveSchedule(sub, { steps }).phases.map(([end, phase]) => [
          end,
          runs(attentionRuns(parseAttention(phase).pieces)),
        ]),
        weight,
      ]),
      schedule: prompt.schedule.map(([end, phase]) => [
        end,
        runs(attentionRuns(parseAttention(phase).pieces)),
      ]),
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
