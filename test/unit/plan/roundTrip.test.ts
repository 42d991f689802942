import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import type { LoraFacts, ModelFacts } from '../../../server/src/shared/facts';

const model: ModelFacts = { name: 'demo', path: '/demo', format: 'onnx', source: 'test', nativeSize: 96 };

const lora = (name: string): LoraFacts => ({
  file: {
    name,
    path: `/loras/${name}.safetensors`,
    relativePath: `${name}.safetensors`,
    source: 'file',
    triggerWords: [],
    hashes: { shortHash: `${name}0123456789`.slice(0, 12) },
  },
  network: { status: 'ok', kind: 'lora', candidates: [], reason: 'test', modules: {} },
});

const environment: Environment = {
  ...EMPTY_ENVIRONMENT,
  models: [model],
  baseModel: model,
  loras: { known: 'files', all: [], resolve: (name) => ({ chosen: lora(name), candidates: [] }) },
  embeddings: [
    { name: 'EasyNegative', path: '/embeddings/EasyNegative.safetensors', shortHash: '66a7279a88dd' },
    { name: 'bad-hands-5', path: '/embeddings/bad-hands-5.safetensors' },
    { name: 'old', path: '/embeddings/old.pt' },
  ],
};

function planOf(text: string, block = 0) {
  const built = buildPlan(parse(text), block, environment, { drawnSeed: 5 });
  return built.ok ? built.value.plan : undefined;
}

/** The infotext of a plan, read as a file of its own, must give that plan again. */
function expectRoundTrip(text: string, block = 0): void {
  const plan = planOf(text, block);
  if (plan === undefined) return;
  const again = parse(plan.infotext);
  expect(again.blocks.length, JSON.stringify([text, plan.infotext])).toBe(1);
  expect(planOf(plan.infotext), JSON.stringify([text, plan.infotext])).toEqual(plan);
}

describe('the infotext of a plan gives the plan again', () => {
  it.each([
    'a cat',
    '',
    'a "quoted" cat, \\(cat\\), (a:1.2) [b:c:0.5] [d|e] AND f :0.7',
    '一只红色的猫，坐在树上\nNegative prompt: 模糊，低质量',
    'a <lora:my lora, v2:0.5:0.8> b <lora:x:te=0.2:unet=0.4:dyn=8>',
    'a # only a cat\n# a whole line\nb\nNegative prompt: # nothing',
    'a\nSteps: 9, Sampler: DPM++ 2M Karras, Seed: 7, Size: 64x128, Clip skip: 2, RNG: NV, ENSD: 31337, Emphasis: No norm',
    'a\nSteps: 9, Sampler: Euler a, Seed: 7, CFG scale: 6.5, RNG: GPU',
    'Size: a large cat\nNegative prompt: \nSteps: 5, Sampler: Euler, Seed: 1',
    'a\n---#\nb\nNegative prompt: ---# x\nSteps: 5, Sampler: Euler, Seed: 1',
    'a\nNegative prompt: easynegative, (bad-hands-5:1.2)',
  ])('%j', (text) => {
    expect(planOf(text)).toBeDefined();
    expectRoundTrip(text);
  });

  it('whatever is written', () => {
    const pieces = [
      ...['a', ' cat', ', ', '\n', '#', '\\#', '# note\n', '\\', '(', ')', ':1.2)', '[', ']', 'a|b', ':0.5]'],
      ...[' AND ', 'BREAK', '"', "'", '红色房子', '，', '：', 'Steps: 20', 'Negative prompt:', 'Seed: 3'],
      ...[
        'Size: 64x64',
        ' ',
        '\t',
        '--',
        '---',
        '\n---\n',
        '<lora:x:0.5>',
        '<lora:y:1:0.3>',
        '<hypernet:h:1>',
      ],
      ...[
        'é',
        '😀',
        '{',
        '}',
        '\r\n',
        '\u2028',
        '\u3000',
        '\u00a0',
        '\u0085',
        '\u000b',
        'Model: x',
        '\n\n',
        ',',
      ],
    ];
    let state = 7;
    const next = (count: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * count);
    };
    const some = (most: number) =>
      Array.from({ length: 1 + next(most) }, () => pieces[next(pieces.length)]).join('');
    for (let i = 0; i < 2000; i++) {
      const negative = next(2) ? `\nNegative prompt: ${some(6)}` : '';
      const line = next(2) ? '\nSteps: 8, Sampler: Euler, Seed: 4, RNG: GPU' : '';
      const text = `${some(12)}${negative}${line}`;
      for (const { index } of parse(text).blocks) expectRoundTrip(text, index);
    }
  });
});

describe('embeddings of a plan', () => {
  it('are those the prompts name, schedules and negative prompt included', () => {
    expect(planOf('[a:bad-hands-5:0.5]\nNegative prompt: EASYNEGATIVE')?.embeddings).toEqual([
      { name: 'EasyNegative', path: '/embeddings/EasyNegative.safetensors' },
      { name: 'bad-hands-5', path: '/embeddings/bad-hands-5.safetensors' },
    ]);
    expect(planOf('a cat')).not.toHaveProperty('embeddings');
    expect(planOf('a\nNegative prompt: EasyNegative')?.infotext).toContain(
      'TI hashes: "EasyNegative: 66a7279a88dd"',
    );
  });

  it('in formats that can run code, or without a file, refuse the plan', () => {
    const code = (text: string, own = environment) => {
      const built = buildPlan(parse(text), 0, own, { drawnSeed: 1 });
      return built.ok ? 'planned' : built.problem.code;
    };
    expect(code('an old cat')).toBe('embedding-unread');
    expect(code('an older cat')).toBe('planned');
    expect(code('gone', { ...environment, embeddings: [{ name: 'gone' }] })).toBe('embedding-not-present');
  });
});
