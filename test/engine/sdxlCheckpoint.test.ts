import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeLatents } from '../../server/src/engine/jobs/generate/passes';
import { createPlanContext } from '../../server/src/engine/jobs/generate/planContext';
import { createLoraCache } from '../../server/src/engine/lora/cache';
import { createModelCache } from '../../server/src/engine/model/cache';
import { decodeLatents } from '../../server/src/engine/model/vaeDecoder';
import type { GenerationPlan, PlanModel } from '../../server/src/shared/plan';
import { distance, temporaryFolder } from '../unit/engine/support';
import { OPTIONS, planFor } from './support';
import {
  TINY_REFINER,
  TINY_SDXL,
  writeDiffusersFolder,
  writeOnnxFolder,
  writeSingleFile,
} from './tinyModels';

const folder = temporaryFolder();
const at = (name: string) => path.join(folder, name);
const BASE: Readonly<Record<string, string>> = {
  onnx: writeOnnxFolder(at('base-onnx'), TINY_SDXL),
  diffusers: writeDiffusersFolder(at('base-diffusers'), TINY_SDXL),
  file: writeSingleFile(at('base.safetensors'), TINY_SDXL),
};
const REFINER: Readonly<Record<string, string>> = {
  onnx: writeOnnxFolder(at('refiner-onnx'), TINY_REFINER),
  diffusers: writeDiffusersFolder(at('refiner-diffusers'), TINY_REFINER),
  file: writeSingleFile(at('refiner.safetensors'), TINY_REFINER),
};

const asModel = (file: string, architecture: string): PlanModel => ({
  name: path.basename(file),
  path: file,
  architecture,
});

function planOf(base: string, refiner?: string): GenerationPlan {
  return {
    ...planFor({
      positive: 'a red house in a meadow',
      negative: 'a blue cat',
      parameters: { steps: 6, width: 64, height: 128 },
    }),
    model: asModel(base, 'sdxl'),
    ...(refiner !== undefined && {
      refiner: {
        model: asModel(refiner, 'sdxl-refiner'),
        ...{ switchAt: 0.5, bySteps: true, passes: 'second', loras: [] },
      },
    }),
  };
}

const known = new Map<string, ReturnType<typeof draw>>();

/** What a plan becomes; the same one is drawn once. */
function render(plan: GenerationPlan): ReturnType<typeof draw> {
  const key = JSON.stringify(plan);
  const drawn = known.get(key) ?? draw(plan);
  known.set(key, drawn);
  return drawn;
}

async function draw(plan: GenerationPlan) {
  const modelCache = createModelCache(() => 2 ** 40);
  const quiet = { isCancelled: () => false, enter: () => {} };
  const context = createPlanContext({
    modelCache,
    plan,
    loras: createLoraCache(),
    options: OPTIONS,
    log: () => {},
    ...quiet,
  });
  const first = await context.prepare(plan.model, plan.loras);
  if (!first.ok || !first.value) throw new Error(JSON.stringify(first));
  const sampled = await makeLatents(first.value, plan, context, {
    previewEvery: 0,
    report: () => {},
    ...quiet,
  });
  if (!sampled.ok || !sampled.value) throw new Error(JSON.stringify(sampled));
  const { latents, shape, model } = sampled.value;
  const { vae, scalingFactor, shiftFactor, isRefiner } = model;
  const pixels = await decodeLatents(vae, latents, shape, scalingFactor, shiftFactor);
  await modelCache.release();
  return { latents, pixels, isRefiner };
}

describe.each(['file', 'diffusers'])('a tiny SDXL as a %s', (form) => {
  it('draws what the same weights draw as ONNX graphs', async () => {
    const expected = await render(planOf(BASE.onnx!));
    const made = await render(planOf(BASE[form]!));
    expect(distance(made.latents, expected.latents)).toBeLessThan(1e-4);
    expect(distance(made.pixels, expected.pixels)).toBeLessThan(1e-4);
    expect(made.latents.every(Number.isFinite)).toBe(true);
  });

  it('is finished by a refiner of the same form as by the exported one', async () => {
    const plain = await render(planOf(BASE.onnx!));
    const expected = await render(planOf(BASE.onnx!, REFINER.onnx!));
    const made = await render(planOf(BASE[form]!, REFINER[form]!));
    expect([expected.isRefiner, made.isRefiner]).toEqual([true, true]);
    expect(distance(made.latents, expected.latents)).toBeLessThan(1e-4);
    expect(distance(made.pixels, expected.pixels)).toBeLessThan(1e-4);
    expect(distance(expected.latents, plain.latents)).toBeGreaterThan(0.01);
  });

  it('may be the refiner alone', async () => {
    const expected = await render(planOf(REFINER.onnx!));
    const made = await render(planOf(REFINER[form]!));
    expect(made.isRefiner).toBe(true);
    expect(distance(made.latents, expected.latents)).toBeLessThan(1e-4);
  });
});
