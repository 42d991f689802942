import { describe, expect, it } from 'vitest';
import { SAMPLERS } from '../../../server/src/engine/samplers';
import { findSampler } from '../../../server/src/language/domain/samplers';
import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import { type BuiltPlan, buildPlan, type PlanRequest } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import { SCHEDULES } from '../../../server/src/numerics/sigmas';
import { BUILT_IN_SAMPLERS } from '../../../server/src/shared/catalogue/samplers';
import { BUILT_IN_SCHEDULES } from '../../../server/src/shared/catalogue/schedules';
import type { LoraFacts, ModelFacts } from '../../../server/src/shared/facts';
import { type LoraFields, loraFacts } from '../../support/loraFacts';

const model: ModelFacts = {
  name: 'demo',
  path: '/models/demo',
  format: 'onnx',
  architecture: 'demo',
  source: 'test',
  nativeSize: 96,
};

function lora(name: string, more: Partial<LoraFields> = {}): LoraFacts {
  return loraFacts({
    name,
    path: `/loras/${name}.safetensors`,
    candidates: ['demo'],
    architecture: 'demo',
    ...more,
  });
}

function environment(loras: readonly LoraFacts[] = [], more: Partial<Environment> = {}): Environment {
  return {
    ...EMPTY_ENVIRONMENT,
    models: [model],
    baseModel: model,
    loras: {
      known: 'files',
      all: loras,
      resolve(name) {
        const candidates = loras.filter((facts) => facts.file.name === name || facts.file.alias === name);
        return candidates[0] === undefined ? { candidates } : { chosen: candidates[0], candidates };
      },
    },
    ...more,
  };
}

function plan(text: string, env = environment(), request: Partial<PlanRequest> = {}): BuiltPlan {
  const result = buildPlan(parse(text), 0, env, { drawnSeed: 1234, ...request });
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

function refusal(text: string, env = environment(), request: Partial<PlanRequest> = {}): string {
  const result = buildPlan(parse(text), 0, env, { drawnSeed: 1234, ...request });
  if (result.ok) return 'planned';
  expect(result.problem.message).toMatch(/\.$/);
  expect(result.problem.remedy).toMatch(/\.$/);
  return result.problem.code;
}

const line = (parameters: string): string => `a cat\nSteps: 10, ${parameters}`;

describe('buildPlan', () => {
  it('fills in the defaults', () => {
    const { plan: built, warnings } = plan('a cat');
    expect(warnings).toEqual([]);
    expect(built.parameters).toEqual({
      steps: 20,
      sampler: 'Euler',
      scheduleType: 'Automatic',
      cfgScale: 7,
      seed: 1234,
      width: 96,
      height: 96,
      clipSkip: 1,
      emphasis: 'Original',
      rng: 'CPU',
      ensd: 0,
    });
    expect(built.model).toEqual({ name: 'demo', path: '/models/demo', architecture: 'demo' });
    expect(built.positive.subprompts).toEqual([
      { weight: 1, schedule: [{ endStep: 20, runs: [['a cat', 1]] }] },
    ]);
    expect(built.negative.subprompts).toEqual([{ weight: 1, schedule: [{ endStep: 20, runs: [['', 1]] }] }]);
    expect(built.infotext).toBe(
      'a cat\nSteps: 20, Sampler: Euler, Schedule type: Automatic, CFG scale: 7, Seed: 1234, Size: 96x96, Model: demo, RNG: CPU',
    );
  });

  it('takes the seed from the request, then the block, then the caller', () => {
    expect(plan(line('Seed: 5, Size: 64x64')).plan.parameters.seed).toBe(5);
    expect(plan(line('Seed: -1, Size: 64x64')).plan.parameters.seed).toBe(1234);
    expect(plan(line('Seed: 5, Size: 64x64'), environment(), { seed: 9 }).plan.parameters.seed).toBe(9);
    expect(plan(line('Seed: 5, Size: 64x64'), environment(), { seed: -1 }).plan.parameters.seed).toBe(1234);
    expect(plan('a cat').plan.infotext).toContain('Seed: 1234');
  });

  it('plans every AND part and schedule with its runs', () => {
    const { plan: built } = plan(
      '(a:1.2) [b:c:0.5] AND d :0.5\nNegative prompt: x AND y\nSteps: 4, Sampler: Euler, Seed: 1',
    );
    expect(built.positive.subprompts).toEqual([
      {
        weight: 1,
        schedule: [
          {
            endStep: 2,
            runs: [
              ['a', 1.2],
              [' b', 1],
            ],
          },
          {
            endStep: 4,
            runs: [
              ['a', 1.2],
              [' c', 1],
            ],
          },
        ],
      },
      { weight: 0.5, schedule: [{ endStep: 4, runs: [[' d', 1]] }] },
    ]);
    expect(built.negative.subprompts[0]?.schedule[0]?.runs).toEqual([['x AND y', 1]]);
  });

  it('names LoRAs by file, with the weights that the target applies in all, and puts their hashes into the infotext', () => {
    const env = environment([lora('x', { hashes: { shortHash: 'abcdef012345' } })]);
    const { plan: built } = plan('a # note\n<lora:x:0.5:0.8:16> <lora:x:te=0.2>', env);
    expect(built.loras).toEqual([{ name: 'x', path: '/loras/x.safetensors', te: 0.4, unet: 0.4 }]);
    const { plan: forge } = plan('<lora:x:0.5:0.75:16> <lora:x:te=0.25>', { ...env, target: 'forge' });
    expect(forge.loras).toEqual([{ name: 'x', path: '/loras/x.safetensors', te: 0.75, unet: 1 }]);
    expect(built.infotext.split('\n').slice(0, 2)).toEqual(['a ', '<lora:x:0.5:0.8:16> <lora:x:te=0.2>']);
    expect(built.infotext).toContain('Lora hashes: "x: abcdef012345"');
  });

  it('draws without missing LoRAs where they are to be skipped, and names all of them either way', () => {
    const env = environment([lora('x')]);
    const text =
      '<lora:x:1> <lora:nobody:1> a <lora:nowhere:0.5> <lora:nobody:2>\nHires upscale: 2, Hires prompt: b <lora:nobody:1>';
    const { plan: built, warnings } = plan(text, env, { missingLoras: 'skip' });
    expect(built.loras.map(({ name }) => name)).toEqual(['x']);
    expect(built.hires?.loras).toEqual([]);
    expect(warnings.filter((warning) => warning.includes('There is no LoRA'))).toHaveLength(3);
    // An engine that reads tags itself is not to look for them; Forge would then load no LoRA at all.
    expect(built.source).toMatchObject({ positive: '<lora:x:1>  a  ', hires: { positive: 'b ' } });
    expect(built.infotext).toContain('<lora:nobody:1>');
    expect(plan(text, { ...env, missingLoras: 'skip' }).plan.loras).toHaveLength(1);
    const refused = buildPlan(parse(text), 0, { ...env, missingLoras: 'refuse' }, { drawnSeed: 1 });
    expect(refused.ok ? '' : refused.problem.message).toBe(
      'There is no LoRA nobody. There is no LoRA nowhere.',
    );
    expect(refusal('<lora:nobody:1>', { ...env, missingLoras: 'skip' }, { missingLoras: 'refuse' })).toBe(
      'unknown-lora',
    );
  });

  it('refuses LoRAs that cannot be used, each for its reason', () => {
    const known = environment([
      lora('broken', {
        status: 'broken',
        problem: { code: 'x', message: 'The header is cut off.', remedy: 'Load it again.' },
      }),
      lora('pickle', { status: 'unread' }),
      lora('embedding', { status: 'other', kind: 'embedding' }),
      lora('locked', { path: undefined }),
    ]);
    expect(refusal('<lora:nobody:1>', known)).toBe('unknown-lora');
    expect(refusal('<lora:broken:1>', known)).toBe('broken-lora');
    expect(refusal('<lora:pickle:1>', known)).toBe('unread-lora');
    expect(refusal('<lora:embedding:1>', known)).toBe('not-a-lora');
    expect(refusal('<lora:locked:1>', known)).toBe('lora-not-present');
    expect(refusal('<lora:broken:x>', known)).toBe('bad-lora-weight');
    expect(refusal('<lora:broken:inf>', known)).toBe('bad-lora-weight');
    expect(refusal('<lora:broken:0@0,1@1>', known)).toBe('lora-weight-curve');
    expect(refusal('<lora:x:1>', environment([], { loras: EMPTY_ENVIRONMENT.loras }))).toBe('no-lora-folder');
  });

  it('suggests the name that was meant', () => {
    const result = buildPlan(parse('<lora:animeOutline:1>'), 0, environment([lora('animeoutlineV4_16')]), {
      drawnSeed: 1,
    });
    expect(result.ok ? '' : result.problem.remedy).toContain('Did you mean animeoutlineV4_16?');
  });

  it('warns about a LoRA of another architecture, and refuses one of which nothing fits', () => {
    const other = lora('x', { architecture: 'sdxl', candidates: ['sdxl'] });
    expect(plan('<lora:x:1>', environment([other])).warnings).toEqual([
      'The LoRA x is made for sdxl, the model demo is demo.',
    ]);
    const fits = (fitting: number) => () => ({ fitting, total: 8, reasons: [] });
    expect(refusal('<lora:x:1>', environment([other], { fit: fits(0) }))).toBe('lora-does-not-fit');
    expect(refusal('<lora:x:1>', environment([other], { fit: fits(3) }))).toBe('planned');
  });

  it('warns about what the picture will not show', () => {
    const { warnings } = plan(
      'a <hypernet:h:1>\nNegative prompt: <lora:x:1>\nSteps: 5, Size: 100x90, Hires steps: 2, RNG: GPU, Seed: 1',
    );
    expect(warnings).toHaveLength(5);
    expect(warnings.join('\n')).toMatch(
      /96x88[\s\S]*GPU[\s\S]*hypernetwork h[\s\S]*negative prompt[\s\S]*Hires steps/,
    );
  });

  it('refuses parameters outside their range', () => {
    const bad = [
      'Steps: 0',
      'Steps: 151',
      'Steps: x',
      'CFG scale: high',
      'CFG scale: nan',
      'Size: 512',
      'Size: 8x8',
    ];
    bad.push('Size: 4096x64', 'Clip skip: 13', 'Seed: -7', 'Seed: 1.5', 'RNG: TPU', 'Emphasis: Loud');
    for (const parameter of bad)
      expect([parameter, refusal(`a\nSteps: 10, Sampler: Euler, Model: demo, ${parameter}`)]).toEqual([
        parameter,
        'bad-parameter',
      ]);
    expect(refusal(line('Sampler: Oiler'))).toBe('unknown-sampler');
    expect(refusal('a', environment(), { overrides: { steps: 500 } })).toBe('bad-parameter');
  });

  it('draws with Uniform where the web UI does not know the schedule type, and says so', () => {
    for (const schedule of ['SGMUniform', 'Bumpy', 'Turbo']) {
      const { plan: built, warnings } = plan(line(`Sampler: DPM++ 2M, Schedule type: ${schedule}`));
      expect(built.parameters.scheduleType).toBe('Uniform');
      expect(warnings.join()).toContain(schedule);
    }
    expect(plan(line('Schedule type: sgm_uniform')).plan.parameters.scheduleType).toBe('SGM Uniform');
  });

  it('draws with a checkpoint, and writes its hash as the web UI does', () => {
    const facts = {
      format: 'checkpoint',
      architecture: 'sd1',
      vae: '/vae',
      hashes: { autoV2: '879db523c3' },
    };
    const known = environment([], { baseModel: { ...model, ...facts } as ModelFacts });
    const built = plan('a', known).plan;
    expect(built.model).toMatchObject({ vae: '/vae', hash: '879db523c3', architecture: 'sd1' });
    expect(built.infotext).toContain(`Model hash: 879db523c3, Model: ${model.name}`);
    expect(plan('a', environment()).plan.infotext).not.toContain('Model hash');
  });

  it('explains a missing or unusable model', () => {
    expect(refusal('a', EMPTY_ENVIRONMENT)).toBe('no-model');
    expect(refusal(line('Model: nobody'))).toBe('unknown-model');
    const named = (facts: Partial<ModelFacts>) => environment([], { baseModel: { ...model, ...facts } });
    expect(refusal('a', named({ format: 'checkpoint', architecture: 'flux' }))).toBe('model-not-onnx');
    const cannotRun = {
      code: 'checkpoint-unsupported',
      message: 'An inpainting model.',
      remedy: 'Use another.',
    };
    expect(refusal('a', named({ format: 'checkpoint', cannotRun }))).toBe('checkpoint-unsupported');
    expect(
      refusal('a', environment([], { baseModel: { name: 'd', format: 'declared', source: 'config' } })),
    ).toBe('model-without-files');
    expect(
      refusal('a', named({ problem: { code: 'model-broken', message: 'Broken.', remedy: 'Fix it.' } })),
    ).toBe('model-broken');
    expect(plan(line('Model: nobody'), environment(), { model: 'demo' }).plan.model.name).toBe('demo');
  });

  it('refuses prompts the web UI fails on', () => {
    expect(refusal('(a:1.5.2)')).toBe('bad-attention-weight');
    expect(refusal('[a:b:1e999]')).toBe('bad-schedule');
    expect(buildPlan(parse('a'), 3, environment(), { drawnSeed: 1 })).toMatchObject({
      problem: { code: 'no-such-block' },
    });
  });

  it('gives the same plan for the same request', () => {
    expect(plan('[a|b]')).toEqual(plan('[a|b]'));
  });
});

describe('samplers', () => {
  it('are those the engine has', () => {
    expect([...BUILT_IN_SAMPLERS].sort()).toEqual(SAMPLERS.map(({ name }) => name).sort());
    expect([...BUILT_IN_SCHEDULES].sort()).toEqual(
      ['Automatic', ...SCHEDULES.map(({ name }) => name)].sort(),
    );
  });

  it('run prompt editing at twice the steps when they run the model twice a step', () => {
    for (const { name, evaluations } of SAMPLERS) {
      const { plan: built } = plan(`[a:b:0.5] c\nSteps: 4, Sampler: ${name}, Seed: 1`);
      const ends = built.positive.subprompts[0]?.schedule.map(({ endStep }) => endStep);
      expect(ends, name).toEqual([2 * evaluations, 4 * evaluations]);
    }
  });

  it('are found under old and foreign names', () => {
    expect(findSampler('DPM++ 2M Karras')).toEqual({ sampler: 'DPM++ 2M', scheduleType: 'Karras' });
    expect(findSampler('DPM++ 2M SDE Exponential')).toEqual({
      sampler: 'DPM++ 2M SDE',
      scheduleType: 'Exponential',
    });
    expect(findSampler('euler a')).toEqual({ sampler: 'Euler a' });
    expect(findSampler('k_euler_a')).toEqual({ sampler: 'Euler a' });
    expect(findSampler('Euler SGM Uniform')).toEqual({ sampler: 'Euler', scheduleType: 'SGM Uniform' });
    expect(findSampler('Magic')).toBeUndefined();
    expect(plan(line('Sampler: DPM++ 2M Karras')).plan.parameters).toMatchObject({
      sampler: 'DPM++ 2M',
      scheduleType: 'Karras',
    });
    expect(
      plan(line('Sampler: DPM++ 2M Karras, Schedule type: Exponential')).plan.parameters.scheduleType,
    ).toBe('Exponential');
  });
});
