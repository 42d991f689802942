import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../server/src/language/environment';
import { type CompletionItem, complete } from '../../../server/src/language/features/completion';
import { atCursor, environment, lora, model } from './support';

const ANIME = lora('animeoutlineV4_16', {
  triggerWords: ['lineart', 'monochrome'],
  triggerSource: 'activation text',
  preferredWeight: 0.8,
});
const LIBRARY = [
  ANIME,
  lora('1个女孩'),
  lora('v1.5 soft light'),
  lora('xl-detail', { architecture: 'sdxl', candidates: ['sdxl'] }),
  lora('broken', { status: 'broken', problem: { code: 'x', message: 'The header is cut off.', remedy: '' } }),
  lora('a:b'),
];
const SD15 = environment(LIBRARY, { baseModel: model('sd15'), models: [model('sd15')] });

function items(marked: string, env: Environment = SD15, trigger?: string): readonly CompletionItem[] {
  const { document, offset } = atCursor(marked);
  return complete(document, offset, env, trigger).items;
}

/** The text after accepting the item of that label, and the checks every item must pass. */
function accept(marked: string, label: string, env: Environment = SD15): string {
  const { text, offset, document } = atCursor(marked);
  const { items: list } = complete(document, offset, env);
  const item = list.find((entry) => entry.label === label);
  if (!item) throw new Error(`No ${label} among ${list.map((entry) => entry.label).join(', ')}`);
  expect(item.range.start).toBeLessThanOrEqual(offset);
  expect(item.range.end).toBeGreaterThanOrEqual(offset);
  expect(text.slice(item.range.start, item.range.end)).not.toMatch(/[\r\n]/);
  // An editor filters by what stands before the cursor: it must be found, in order, in the filter text.
  let at = 0;
  for (const character of text.slice(item.range.start, offset).toLowerCase()) {
    at = item.filterText.toLowerCase().indexOf(character, at) + 1;
    expect(at).toBeGreaterThan(0);
  }
  return text.slice(0, item.range.start) + item.newText + text.slice(item.range.end);
}

describe('LoRA names', () => {
  const cases: [marked: string, label: string, result: string][] = [
    ['<|', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<|>', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<lo|', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<LoRA|', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<lora:|', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<lora:|>', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<LORA:ani|', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['a, <lora:ani|, forest', 'animeoutlineV4_16', 'a, <lora:animeoutlineV4_16:0.8>, forest'],
    ['<lora:ani|me:0.3>', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.3>'],
    ['<lora:ani|me>', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<lora:ani| <lora:1个女孩:1>', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8> <lora:1个女孩:1>'],
    ['<lora:v1.5 so|', 'v1.5 soft light', '<lora:v1.5 soft light:1>'],
    ['<lora:soft|', 'v1.5 soft light', '<lora:v1.5 soft light:1>'],
    ['<lora:1个|', '1个女孩', '<lora:1个女孩:1>'],
    ['👩‍🎨 猫, <lora:1|', '1个女孩', '👩‍🎨 猫, <lora:1个女孩:1>'],
    ['one\ntwo\n<lora:ani|\nfour', 'animeoutlineV4_16', 'one\ntwo\n<lora:animeoutlineV4_16:0.8>\nfour'],
    ['one\r\n<lora:|\r\nfour', 'animeoutlineV4_16', 'one\r\n<lora:animeoutlineV4_16:0.8>\r\nfour'],
    ['a\n---\nb, <lora:|', 'animeoutlineV4_16', 'a\n---\nb, <lora:animeoutlineV4_16:0.8>'],
    [
      'a\nNegative prompt: b\n\n---\n<|',
      'animeoutlineV4_16',
      'a\nNegative prompt: b\n\n---\n<lora:animeoutlineV4_16:0.8>',
    ],
    ['(a, <lora:|:1.2)', 'animeoutlineV4_16', '(a, <lora:animeoutlineV4_16:0.8>:1.2)'],
    ['<lyco:|', 'animeoutlineV4_16', '<lyco:animeoutlineV4_16:0.8>'],
    ['<lora:line|', 'animeoutlineV4_16', '<lora:animeoutlineV4_16:0.8>'],
    ['<|', 'animeoutlineV4_16 + trigger words', '<lora:animeoutlineV4_16:0.8>, lineart, monochrome'],
    ['lineart, <|', 'animeoutlineV4_16 + trigger words', 'lineart, <lora:animeoutlineV4_16:0.8>, monochrome'],
  ];
  it.each(cases)('%j, %s', (marked, label, result) => {
    expect(accept(marked, label)).toBe(result);
  });

  it('offers nothing where no tag is being written', () => {
    for (const marked of [
      'a < b|',
      '<hypernet:|',
      '# <lora:|',
      '<lora:x:1>|',
      '<lora:x:1> |',
      '<segment:|',
    ]) {
      expect(items(marked).filter(({ kind }) => kind === 'lora')).toEqual([]);
    }
  });

  it('puts what does not fit last, marked', () => {
    const list = [...items('<lora:|')].sort((a, b) => (a.sortText < b.sortText ? -1 : 1));
    const labels = list.map(({ label }) => label);
    expect(labels.slice(-2)).toEqual(['broken', 'xl-detail']);
    expect(list.filter(({ deprecated }) => deprecated).map(({ label }) => label)).toEqual([
      'broken',
      'xl-detail',
    ]);
    expect(list.find(({ label }) => label === 'xl-detail')?.detail).toBe('sdxl, rank 16, does not fit');
  });

  it('judges by the model of the block the cursor is in', () => {
    const env = environment(LIBRARY, { models: [model('sd15'), model('xl', { architecture: 'sdxl' })] });
    const marked = 'a\nSteps: 20, Model: sd15\n---\n<lora:|\nSteps: 20, Model: xl';
    const fitting = items(marked, env).filter(({ deprecated, kind }) => kind === 'lora' && !deprecated);
    expect(fitting.map(({ label }) => label)).toEqual(['xl-detail']);
  });

  it('leaves out names that a tag cannot hold', () => {
    expect(items('<lora:|').map(({ label }) => label)).not.toContain('a:b');
  });

  it('writes the spelling that leads to the file when two files share a name', () => {
    const first = lora('hat', { relativePath: 'old/hat.safetensors', path: '/loras/old/hat.safetensors' });
    const second = lora('hat', { relativePath: 'new/hat.safetensors', path: '/loras/new/hat.safetensors' });
    const labels = items('<lora:|', environment([first, second])).map(({ label }) => label);
    expect(labels.sort()).toEqual(['hat', 'old/hat']);
  });

  it('makes snippets in which nothing of a name is taken for syntax', () => {
    const [item] = items('<|', environment([lora('a$1}b\\c')]));
    expect(item?.snippet).toBe(`<lora:a\\$1\\}b\\\\c:\${1:1}>$0`);
    expect(item?.newText).toBe('<lora:a$1}b\\c:1>');
  });

  it('hides the LoRAs of the built-in model from prompts for other models', () => {
    const mira = lora('mira', { architecture: 'demo', candidates: ['demo'] });
    expect(items('<|', environment([mira], { baseModel: model('sd15') }))).toEqual([]);
    expect(
      items('<|', environment([mira], { baseModel: model('demo', { architecture: 'demo' }) })),
    ).toHaveLength(1);
    expect(items('<|', environment([mira]))).toHaveLength(1);
  });

  it('caps the list and says that there is more', () => {
    const many = Array.from({ length: 500 }, (_, index) => lora(`lora${index}`));
    const { document, offset } = atCursor('<lora:|');
    const list = complete(document, offset, environment(many));
    expect(list.items).toHaveLength(200);
    expect(list.incomplete).toBe(true);
    const narrowed = atCursor('<lora:lora499|');
    expect(complete(narrowed.document, narrowed.offset, environment(many)).items[0]?.label).toBe('lora499');
  });

  it('escapes brackets of words mined from training tags, and leaves activation texts alone', () => {
    const tags = lora('miku', { triggerWords: ['miku (vocaloid)'], triggerSource: 'tag frequency' });
    expect(accept('<|', 'miku + trigger words', environment([tags]))).toBe(
      '<lora:miku:1>, miku \\(vocaloid\\)',
    );
    const text = lora('glow', { triggerWords: ['(glow:1.2)'], triggerSource: 'activation text' });
    expect(accept('<|', 'glow + trigger words', environment([text]))).toBe('<lora:glow:1>, (glow:1.2)');
  });
});

describe('weights', () => {
  it.each([
    ['<lora:animeoutlineV4_16:|', '0.8', '<lora:animeoutlineV4_16:0.8>'],
    ['<lora:animeoutlineV4_16:|>', '0.8', '<lora:animeoutlineV4_16:0.8>'],
    ['<lora:animeoutlineV4_16:0|.3>', '0.8', '<lora:animeoutlineV4_16:0.8>'],
    ['<lora:animeoutlineV4_16:0|.3:1>', '0.8', '<lora:animeoutlineV4_16:0.8:1>'],
  ])('%j', (marked, label, result) => {
    expect(accept(marked, label)).toBe(result);
    expect(items(marked)[0]).toMatchObject({ label: '0.8', detail: 'preferred weight' });
  });
});

describe('words', () => {
  const env = environment([lora('anime', { triggerWords: ['line art', 'mono'] })], {
    embeddings: [{ name: 'EasyNegative' }, { name: 'bad-hands-5' }],
    embeddingsKnown: true,
    wildcards: ['colors', 'hair/long'],
  });
  it.each([
    ['<lora:anime:1>, li|', 'line art', '<lora:anime:1>, line art'],
    ['<lora:anime:1>, a line a|', 'line art', '<lora:anime:1>, a line art'],
    ['a\nNegative prompt: easy|', 'EasyNegative', 'a\nNegative prompt: EasyNegative'],
    ['a, very bad-h|', 'bad-hands-5', 'a, very bad-hands-5'],
    ['(hands|', 'bad-hands-5', '(bad-hands-5'],
    ['a __co|', 'colors', 'a __colors__'],
    ['a __ha|ir__ b', 'hair/long', 'a __hair/long__ b'],
    ['cat\nNeg|', 'Negative prompt', 'cat\nNegative prompt: '],
    ['cat\nSte|', 'Steps', 'cat\nSteps: '],
    ['BRE|', 'BREAK', 'BREAK'],
  ])('%j, %s', (marked, label, result) => {
    expect(accept(marked, label, env)).toBe(result);
  });

  it('offers trigger words only of LoRAs that the block uses', () => {
    expect(items('li|', env).filter(({ kind }) => kind === 'trigger')).toEqual([]);
    const other = '<lora:anime:1>\n---\nli|';
    expect(items(other, env).filter(({ kind }) => kind === 'trigger')).toEqual([]);
  });

  it('offers nothing new for a word that is written out, after a blank, or in a comment', () => {
    expect(items('<lora:anime:1>, mono|', env).filter(({ label }) => label === 'mono')).toEqual([]);
    expect(items('a, |', env, ' ')).toEqual([]);
    expect(items('# li|', env)).toEqual([]);
  });

  it('writes embeddings as ComfyUI wants them', () => {
    expect(accept('a, easy|', 'embedding:EasyNegative', { ...env, target: 'comfyui' })).toBe(
      'a, embedding:EasyNegative',
    );
  });
});

describe('parameters', () => {
  const env = environment([], { models: [model('sd15'), model('dream xl', { architecture: 'sdxl' })] });
  it.each([
    ['a\nSteps: 20, Sa|', 'Sampler', 'a\nSteps: 20, Sampler: '],
    ['a\nSteps: 20, Sampler: DPM++ 2|', 'DPM++ 2M', 'a\nSteps: 20, Sampler: DPM++ 2M'],
    ['a\nSteps: 20, Sampler: Eu|ler a, Seed: 1', 'DPM++ 2M', 'a\nSteps: 20, Sampler: DPM++ 2M, Seed: 1'],
    ['a\nSteps: 20, Schedule type: |', 'Karras', 'a\nSteps: 20, Schedule type: Karras'],
    ['a\nSteps: 20, Model: dre|', 'dream xl', 'a\nSteps: 20, Model: dream xl'],
    ['a\nModel: dream xl, Size: |', '1024x1024', 'a\nModel: dream xl, Size: 1024x1024'],
    ['a\nSize: |', '512x768', 'a\nSize: 512x768'],
  ])('%j, %s', (marked, label, result) => {
    const { text, offset, document } = atCursor(marked);
    const found = complete(document, offset, env).items.find((item) => item.label === label);
    expect(found && text.slice(0, found.range.start) + found.newText + text.slice(found.range.end)).toBe(
      result,
    );
  });

  it('offers the VAEs that are there, with their hashes, and the words for none', () => {
    const vaes = [
      { name: 'mse.safetensors', path: '/VAE/mse.safetensors', hashes: { autoV2: '735e4c3a44' } },
      { name: 'anime.safetensors', path: '/VAE/anime.safetensors' },
    ];
    const offered = items('a\nSteps: 20, VAE: |', { ...env, vaes });
    expect(offered.map(({ label, detail }) => [label, detail])).toEqual([
      ['mse.safetensors', '735e4c3a44'],
      ...['anime.safetensors', 'Automatic', 'None'].map((label) => [label, undefined]),
    ]);
  });

  it('offers refiners for a refiner, and any model where there is none', () => {
    const labels = (own: Environment) => items('a\nSteps: 20, Refiner: |', own).map(({ label }) => label);
    expect(labels(env)).toEqual(['sd15', 'dream xl']);
    const refiner = model('sd_xl_refiner_1.0', { architecture: 'sdxl-refiner' });
    expect(labels({ ...env, models: [...env.models, refiner] })).toEqual(['sd_xl_refiner_1.0']);
  });

  it('does not offer a key twice', () => {
    expect(items('a\nSteps: 20, St|', env).map(({ label }) => label)).not.toContain('Steps');
  });

  it('answers a blank only for a value', () => {
    expect(items('a\nSteps: 20, Sampler: |', env, ' ').length).toBeGreaterThan(5);
    expect(items('a |', env, ' ')).toEqual([]);
  });
});

describe('any text', () => {
  it('never throws and never leaves the document', () => {
    const text =
      '\ufeffa, (b:1.2), <lora:x:1>, <lo, <lora:é\u0000, [c|d], __w, 😀 \ud800\r\nNegative prompt: <\nSteps: 2, Sampler: "x, y", Model: q\n---\n<lora:a=b:';
    const { document } = atCursor(`${text.replaceAll('|', '¦')}|`);
    for (let offset = 0; offset <= document.text.length; offset++) {
      for (const item of complete(document, offset, SD15).items) {
        expect(item.range.start).toBeGreaterThanOrEqual(0);
        expect(item.range.start).toBeLessThanOrEqual(offset);
        expect(item.range.end).toBeGreaterThanOrEqual(offset);
        expect(item.range.end).toBeLessThanOrEqual(document.text.length);
      }
    }
  });
});
