import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import type { LoraFacts, ModelFacts } from '../../../server/src/shared/facts';
import { loraFacts } from '../../support/loraFacts';

const modelOf = (name: string, architecture: string): ModelFacts => ({
  ...{ name, path: `/${name}`, format: 'onnx', architecture, source: 'test', nativeSize: 96 },
});
const base = modelOf('base', 'sdxl');
const models = [
  base,
  { ...modelOf('sd_xl_refiner_1.0', 'sdxl-refiner'), format: 'checkpoint' } as const,
  modelOf('finetune', 'sdxl'),
];
const facts = (name: string): LoraFacts =>
  loraFacts({
    ...{ name, path: `/${name}.safetensors`, candidates: ['sdxl'], architecture: 'sdxl' },
    hashes: { shortHash: `${name}0123456789`.slice(0, 12) },
  });
const environment: Environment = {
  ...EMPTY_ENVIRONMENT,
  baseModel: base,
  models,
  loras: {
    known: 'files',
    all: [],
    resolve: (name) => ({ chosen: facts(name), candidates: [facts(name)] }),
  },
};

function planOf(parameters: string, prompt = 'a cat') {
  const text = `${prompt}\nSteps: 10, Sampler: Euler, Seed: 1, Size: 64x96, ${parameters}`;
  return buildPlan(parse(text), 0, environment, { drawnSeed: 1 });
}
function built(...request: Parameters<typeof planOf>) {
  const result = planOf(...request);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
const problem = (parameters: string) => {
  const result = planOf(parameters);
  return result.ok ? undefined : result.problem;
};
function again(infotext: string) {
  const result = buildPlan(parse(infotext), 0, environment, { drawnSeed: 2 });
  return result.ok ? result.value.plan : result.problem;
}

describe('Refiner', () => {
  it.each([
    'sd_xl_refiner_1.0',
    'SD_XL_refiner_1.0',
    'sd_xl_refiner_1.0 [7440042bbd]',
    'sd_xl_refiner_1.0.safetensors',
  ])('finds the model as the web UI writes it: %s', (name) => {
    const { plan, warnings } = built(`Refiner: ${name}, Refiner switch at: 0.7`);
    expect(warnings).toEqual([]);
    expect(plan.refiner).toMatchObject({
      model: { name: 'sd_xl_refiner_1.0', path: '/sd_xl_refiner_1.0' },
      ...{ switchAt: 0.7, bySteps: false, passes: 'second', loras: [] },
    });
    expect(plan.infotext).toContain('Refiner: sd_xl_refiner_1.0, Refiner switch at: 0.7');
    expect(again(plan.infotext)).toEqual(plan);
  });

  it('takes over the LoRAs where it is the same kind of model, and says where it is not', () => {
    const own = built('Refiner: finetune', 'a cat <lora:hat:0.5>');
    expect(own.plan.refiner?.loras.map(({ name }) => name)).toEqual(['hat']);
    expect(own.plan.refiner?.switchAt).toBe(0.8);
    expect(own.warnings).toEqual([]);
    const other = built('Refiner: sd_xl_refiner_1.0', 'a cat <lora:hat:0.5>');
    expect(other.plan.refiner?.loras).toEqual([]);
    expect(other.warnings.join()).toContain('runs without the LoRAs');
  });

  it('keeps how it counts, and the passes it works in', () => {
    const parameters =
      'Refiner: finetune, Refiner switch by sampling steps: True, Hires upscale: 2, Hires refiner: both passes';
    const { plan, warnings } = built(parameters);
    expect(plan.refiner).toMatchObject({ bySteps: true, passes: 'both' });
    expect(warnings).toEqual([]);
    expect(again(plan.infotext)).toEqual(plan);
  });

  it('is left out where it would do nothing', () => {
    for (const parameters of ['Refiner: base', 'Refiner: finetune, Refiner switch at: 1', 'Refiner: None'])
      expect(built(parameters).plan).not.toHaveProperty('refiner');
    expect(built('Refiner switch at: 0.8').warnings.join()).toContain('`Refiner switch at` is not used');
  });

  it('refuses what is not there or out of range', () => {
    expect(problem('Refiner: sd_xl_refiner_1.1')).toMatchObject({ code: 'unknown-model' });
    expect(problem('Refiner: sd_xl_refiner_1.1')?.remedy).toContain('sd_xl_refiner_1.0');
    expect(problem('Refiner: finetune, Refiner switch at: 2')).toMatchObject({ code: 'bad-parameter' });
    expect(problem('Refiner: finetune, Hires refiner: never')).toMatchObject({ code: 'bad-parameter' });
  });
});

describe('a hires pass of its own', () => {
  const runs = (prompt: { subprompts: readonly { schedule: readonly { runs: unknown }[] }[] } | undefined) =>
    prompt?.subprompts.map(({ schedule }) => schedule.map((phase) => phase.runs));

  it('has its own prompts, and the LoRAs of its prompt alone', () => {
    const { plan, warnings } = built(
      'Hires upscale: 2, Hires prompt: "a (dog:1.2), sharp <lora:detail:0.5>", Hires negative prompt: "blur, noise"',
      'a cat <lora:hat:1>',
    );
    expect(warnings).toEqual([]);
    expect(runs(plan.hires?.positive)).toEqual([
      [
        [
          ['a ', 1],
          ['dog', 1.2],
          [', sharp', 1],
        ],
      ],
    ]);
    expect(runs(plan.hires?.negative)).toEqual([[[['blur, noise', 1]]]]);
    expect(runs(plan.positive)).toEqual([[[['a cat', 1]]]]);
    expect(plan.loras.map(({ name }) => name)).toEqual(['hat']);
    expect(plan.hires?.loras?.map(({ name }) => name)).toEqual(['detail']);
    expect(plan.infotext).toContain('Lora hashes: "hat: hat012345678, detail: detail012345"');
    expect(again(plan.infotext)).toEqual(plan);
  });

  it('keeps prompt and LoRAs of the first where it names none', () => {
    const { plan } = built('Hires upscale: 2, Hires negative prompt: blur', 'a cat <lora:hat:1>');
    expect(plan.hires).not.toHaveProperty('loras');
    expect(runs(plan.hires?.positive)).toEqual(runs(plan.positive));
    expect(again(plan.infotext)).toEqual(plan);
  });

  it('may have a model of its own', () => {
    const { plan, warnings } = built('Hires upscale: 2, Hires checkpoint: finetune [0123456789]');
    expect(plan.hires?.model?.path).toBe('/finetune');
    expect(warnings).toEqual([]);
    expect(again(plan.infotext)).toEqual(plan);
    expect(built('Hires upscale: 2, Hires checkpoint: Use same checkpoint').plan.hires).not.toHaveProperty(
      'model',
    );
    expect(problem('Hires upscale: 2, Hires checkpoint: gone')).toMatchObject({ code: 'unknown-model' });
  });

  it('switches its own schedules', () => {
    const { plan } = built('Hires upscale: 2, Hires steps: 4, Hires prompt: "[cat:dog:1.5]"', 'a');
    expect(plan.hires?.positive.subprompts[0]?.schedule.map(({ endStep }) => endStep)).toEqual([2, 4]);
  });
});
