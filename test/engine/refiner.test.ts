import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine/engine';
import { makeLatents } from '../../server/src/engine/jobs/generate/passes';
import { createPlanContext } from '../../server/src/engine/jobs/generate/planContext';
import { createLoraCache } from '../../server/src/engine/lora/cache';
import { createModelCache } from '../../server/src/engine/model/cache';
import type { EngineProgress } from '../../server/src/engines/local/host';
import type { GenerationPlan, PlanRefiner } from '../../server/src/shared/plan';
import { golden } from '../unit/engine/golden';
import { distance, temporaryFolder } from '../unit/engine/support';
import { DEMO, lora, OPTIONS, planFor, prompt, QUIET } from './support';

interface Reference {
  prompt: string;
  seed: number;
  steps: number;
  cfgScale: number;
  height: number;
  width: number;
  latents: number[];
  refinedByTimestep: number[];
  refinedByStep: number[];
}
const reference = golden<Reference>('sdxl/golden.json');

const folder = temporaryFolder();
const base = path.join(folder, 'base');
const refined = path.join(folder, 'refiner');
const source = path.resolve('test/golden/sdxl');
cpSync(source, base, { recursive: true });
// A refiner has the second text encoder and no other.
cpSync(path.join(source, 'refiner'), refined, { recursive: true });
for (const part of ['text_encoder_2', 'vae_decoder', 'scheduler'])
  cpSync(path.join(source, part), path.join(refined, part), { recursive: true });
for (const tokenizer of [
  path.join(base, 'tokenizer'),
  path.join(base, 'tokenizer_2'),
  path.join(refined, 'tokenizer_2'),
])
  cpSync(path.join(DEMO, 'tokenizer'), tokenizer, { recursive: true });
for (const model of [base, refined]) {
  mkdirSync(path.join(model, 'tokenizer_2'), { recursive: true });
  writeFileSync(path.join(model, 'tokenizer_2', 'special_tokens_map.json'), '{"pad_token":"!"}');
}

const { steps, cfgScale, height, width, seed } = reference;
const plain: GenerationPlan = {
  ...planFor({ positive: reference.prompt, parameters: { steps, cfgScale, height, width, seed } }),
  model: { name: 'base', path: base, architecture: 'sdxl' },
};
const refiner = (changes: Partial<PlanRefiner> = {}): PlanRefiner => ({
  model: { name: 'refiner', path: refined, architecture: 'sdxl-refiner' },
  switchAt: 0.7,
  bySteps: false,
  passes: 'second',
  loras: [],
  ...changes,
});

async function latentsOf(plan: GenerationPlan, free = () => 2 ** 40) {
  const modelCache = createModelCache(free);
  const phases: string[] = [];
  const context = createPlanContext({
    modelCache,
    plan,
    loras: createLoraCache(),
    options: OPTIONS,
    log: () => {},
    isCancelled: () => false,
    enter: (phase) => phases.push(phase),
  });
  const first = await context.prepare(plan.model, plan.loras);
  if (!first.ok || !first.value) throw new Error('no model');
  const hooks = { previewEvery: 0, isCancelled: () => false, enter: () => {}, report: () => {} };
  const sampled = await makeLatents(first.value, plan, context, hooks);
  if (!sampled.ok || !sampled.value) throw new Error(JSON.stringify(sampled));
  const { latents, model } = sampled.value;
  const baseIsOpen = first.value.model.isOpen();
  const { created } = modelCache;
  await modelCache.release();
  return {
    latents,
    isRefiner: model.isRefiner,
    baseIsOpen,
    created,
    loads: phases.filter((phase) => phase === 'load'),
  };
}

describe('a refiner', () => {
  it.each([
    ['timesteps', refiner(), reference.refinedByTimestep],
    ['steps', refiner({ bySteps: true }), reference.refinedByStep],
    ['nothing left', refiner({ switchAt: 1 }), reference.latents],
  ])('takes over where torch lets it, counting %s', async (_, own, expected) => {
    const { latents } = await latentsOf({ ...plain, refiner: own });
    expect(distance(latents, expected)).toBeLessThan(1e-3);
  });

  it('shares the machine with the base model, or takes its place', async () => {
    const roomy = await latentsOf({ ...plain, refiner: refiner() });
    const tight = await latentsOf({ ...plain, refiner: refiner() }, () => 0);
    expect([roomy.baseIsOpen, tight.baseIsOpen]).toEqual([true, false]);
    expect([roomy.isRefiner, tight.isRefiner]).toEqual([true, true]);
    expect(tight.latents).toEqual(roomy.latents);
    expect(roomy.loads).toHaveLength(2);
  });

  it('is loaded once, and stays for the next picture', async () => {
    const engine = createEngine(() => {});
    const run = async (plan: GenerationPlan) => {
      const outcome = await engine.generate(plan, OPTIONS, path.join(folder, 'a.png'), QUIET);
      if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
      return outcome.result;
    };
    const first = await run({ ...plain, refiner: refiner() });
    const second = await run({ ...plain, refiner: refiner() });
    expect(first.sessionsCreated).toBeGreaterThan(0);
    expect(second.sessionsCreated).toBe(0);
    expect(second.latentsSha256).toBe(first.latentsSha256);
    // Without it, it is closed.
    expect((await run(plain)).sessionsCreated).toBe(0);
    const again = await run({ ...plain, refiner: refiner() });
    expect(again.sessionsCreated).toBeGreaterThan(0);
    expect(again.sessionsCreated).toBeLessThan(first.sessionsCreated);
    await engine.unload();
  });

  it('that is not there fails the picture and says which', async () => {
    const engine = createEngine(() => {});
    const missing = refiner({ model: { name: 'gone', path: path.join(folder, 'gone') } });
    const outcome = await engine.generate({ ...plain, refiner: missing }, OPTIONS, 'never.png', QUIET);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'model-missing' } });
    await engine.unload();
  });
});

describe('a second pass of its own', () => {
  const engine = createEngine(() => {});
  afterAll(() => engine.unload());
  const hires = {
    ...{ width: 128, height: 128, steps: 4, strength: 0.5, upscaler: 'Latent' },
    ...{ sampler: 'Euler', scheduleType: 'Automatic', cfgScale: 5 },
    ...{ positive: prompt('a red house'), negative: prompt('') },
  };
  const run = async (plan: GenerationPlan) => {
    const progress: EngineProgress[] = [];
    const outcome = await engine.generate(plan, OPTIONS, path.join(folder, 'b.png'), {
      isCancelled: () => false,
      progress: (one) => void progress.push(one as EngineProgress),
    });
    if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
    return { ...outcome.result, progress };
  };

  it('has networks of its own, and the next picture has the first ones again', async () => {
    const loras = [lora('lineart', 1)];
    const both = await run(planFor({ loras, hires }));
    const none = await run(planFor({ loras, hires: { ...hires, loras: [] } }));
    const other = await run(planFor({ loras, hires: { ...hires, loras: [lora('hat', 1)] } }));
    const again = await run(planFor({ loras, hires }));
    expect(new Set([both, none, other].map((one) => one.latentsSha256)).size).toBe(3);
    expect(again.latentsSha256).toBe(both.latentsSha256);
    expect([none, other, again].map((one) => one.sessionsCreated)).toEqual([0, 0, 0]);
  });

  it('has a model of its own', async () => {
    const copy = path.join(folder, 'copy');
    cpSync(DEMO, copy, { recursive: true });
    const same = await run(planFor({ hires }));
    const other = await run(planFor({ hires: { ...hires, model: { name: 'copy', path: copy } } }));
    expect(other.latentsSha256).toBe(same.latentsSha256);
    expect(other.sessionsCreated).toBeGreaterThan(0);
  });

  it('goes on where the bar of the first pass stopped', async () => {
    const { progress } = await run(planFor({ hires }));
    const shares = progress.flatMap(({ overall }) => (overall === undefined ? [] : [overall]));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const passes = progress
      .filter(({ step, phase }) => phase === 'sample' && step > 0)
      .map(({ pass }) => pass?.index);
    expect(passes).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
    // A step of the second pass has 16/9 of the pixels.
    expect(shares[0]).toBeCloseTo(1 / (6 + 4 * (16 / 9)), 5);
  });
});
