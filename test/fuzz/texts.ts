import fc from 'fast-check';

/** Texts for fuzzing: what people write, what programs write, and what neither ever would. */

/** Pieces of the language, whole and broken, to be put together in any order. */
const PIECES = [
  'masterpiece',
  '1girl',
  ' ',
  '  ',
  ', ',
  ',',
  '，',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  ':',
  '|',
  '\\',
  '\\(',
  '\\)',
  '\\:',
  '#',
  '# note\n',
  ':1.2)',
  ':0.5]',
  ':7]',
  '(a:1.2)',
  '[a:b:0.5]',
  '[a|b]',
  '((',
  '))',
  'BREAK',
  ' BREAK ',
  'AND',
  ' AND ',
  '<lora:x:1>',
  '<lora:',
  '<lora:a b.v1:0.5:te=1>',
  '<hypernet:h:1>',
  '\n---\n',
  '---',
  '\nNegative prompt: ',
  'Negative prompt:',
  '\nSteps: 20, Sampler: Euler a, CFG scale: 7',
  '\nSteps: 20',
  'Seed: 42, ',
  'Hires prompt: "a, b", ',
  'Civitai resources: [{"a":1}], ',
  '"',
  '：',
  '（',
  '）',
  '＜lora：x＞',
  '猫',
  '😀',
  '👩‍🎨',
  '\u0301',
  '\ufeff',
  '\0',
  '\ud800',
  '\udc00',
  '\u2028',
  '\u0085',
  '１',
  '1e3',
  '.5',
  '__wild/card__',
  '{2$$a|b}',
] as const;

/** Real-looking documents, to be mutated. */
const CORPUS = [
  'masterpiece, best quality, 1girl, solo, (neon lights:1.2), rain, <lora:animeoutlineV4_16:1>\nNegative prompt: lowres, (bad anatomy:1.3), worst quality\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 512x768, Model: sd15',
  '1个女孩,单独,线稿,单色,<lora:animeoutlineV4_16:1>',
  '# a comment\n[cat:dog:0.5] in a ((forest)), [red|blue|] hat BREAK sky AND (sea:1.1) :0.8\n---\n\\(escaped\\), <lora:a:te=0.5:unet=1>, [[x]]\nNegative prompt: y\nSteps: 20,\nSeed: 1, Hires prompt: "a, b: c"',
  '\ufeffa\r\n---\r\nb, (c:1.5.2), [d::3]\r\nNegative prompt: e\r\nNegative prompt: f\r\nSteps: 5\r\n',
] as const;

const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => parts.join(''));

/** Any sequence of UTF-16 code units, lone surrogates included. */
const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes));

const mutated = fc
  .record({
    text: fc.constantFrom(...CORPUS),
    changes: fc.array(
      fc.record({
        at: fc.nat(1000),
        length: fc.nat(30),
        insert: fc.constantFrom('', ...PIECES),
        copyFrom: fc.option(fc.nat(1000)),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ text, changes }) => {
    let result: string = text;
    for (const { at, length, insert, copyFrom } of changes) {
      const start = at % (result.length + 1);
      const from = (copyFrom ?? 0) % (result.length + 1);
      const copied = copyFrom === null ? '' : result.slice(from, from + length);
      result = result.slice(0, start) + insert + copied + result.slice(start + length);
    }
    return result;
  });

/** Mostly token soup and mutations; a part of plain unicode and of raw code units. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: pieces },
  { weight: 4, arbitrary: mutated },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 1, arbitrary: units },
);

/**
 * Runs for one property: `FUZZ_RUNS` in the environment, or the slice every test run takes. The seed is fixed so that
 * a failure can be repeated; `FUZZ_SEED` sets another.
 */
export function fuzzOptions(slice: number): { numRuns: number; seed: number } {
  return {
    numRuns: Number(process.env.FUZZ_RUNS ?? slice),
    seed: Number(process.env.FUZZ_SEED ?? 20_240_601),
  };
}

/** Long texts of one repeated piece: each is the worst case of some loop. */
export const REPEATED: readonly string[] = [
  ...PIECES,
  '()',
  '(a:1.2)(',
  '[(',
  '[a:b:0.5]',
  '[a|',
  ':1 ',
  '(:',
  '<a:',
  '<a:,',
  '<a<',
  '-AND',
  'B',
  'a\n---\n',
  'Steps: [1, ',
  'aa: "\\", ',
  'aa: [, ',
  ']x, ',
  '#a\n',
  'Negative prompt:\n',
  'Steps: 1\na\n',
];

/** Milliseconds a property may take: a long run is asked for on purpose. */
export const FUZZ_TIMEOUT = process.env.FUZZ_RUNS === undefined ? 60_000 : 4 * 3_600_000;
