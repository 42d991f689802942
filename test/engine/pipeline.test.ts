import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePrompts } from '../../server/src/engine/jobs/generate/prompts';
import { firstPass, sampleLatents } from '../../server/src/engine/jobs/generate/sampling';
import type { LoadedModel } from '../../server/src/engine/model/load';
import { decodeLatents } from '../../server/src/engine/model/vaeDecoder';
import { golden } from '../unit/engine/golden';
import { distance, temporaryFolder } from '../unit/engine/support';
import { planFor } from './support';
import { openWritten, type WrittenNetworks, writeModel } from './writtenModel';

interface Reference extends Required<WrittenNetworks> {
  readonly prompt: string;
  readonly negative: string;
  readonly steps: number;
  readonly seed: number;
  readonly height: number;
  readonly width: number;
  readonly cases: readonly {
    readonly sampler: string;
    readonly scheduleType: string;
    readonly cfgScale: number;
    readonly latents: number[];
    /** The picture's middle row, channel by channel, in −1 … 1. */
    readonly row: number[];
  }[];
}
/** Made by tools/graph-golden/make_pipeline_golden.py. */
const reference = golden<Reference>('pipeline.json');
const { prompt, negative, steps, seed, height, width } = reference;

const modelPath = path.join(temporaryFolder(), 'small');
let model: LoadedModel;
beforeAll(async () => {
  writeModel(modelPath, reference);
  model = await openWritten(modelPath);
});
afterAll(() => model?.release());

describe('a whole small model, from words to pixels over 20 steps', () => {
  it.each(reference.cases)('ends where torch ends with $sampler, $scheduleType', async (row) => {
    const { sampler, scheduleType, cfgScale } = row;
    const parameters = { steps, seed, height, width, sampler, scheduleType, cfgScale };
    const plan = planFor({ modelPath, positive: prompt, negative, parameters });
    const prompts = await encodePrompts(model, plan);
    if (!prompts.ok) throw new Error(prompts.problem.message);
    const hooks = { previewEvery: 0, isCancelled: () => false, report: () => {} };
    const sampled = await sampleLatents(model, firstPass(plan), prompts.value, hooks);
    if (!sampled.ok || !sampled.value) throw new Error('no latents');
    const { latents, shape } = sampled.value;
    expect(distance(latents, row.latents)).toBeLessThan(1e-3);
    const pixels = await decodeLatents(model.vae, latents, shape, model.scalingFactor, model.shiftFactor);
    const middle = [0, 1, 2].flatMap((channel) => {
      const at = (channel * height + height / 2) * width;
      return [...pixels.subarray(at, at + width)];
    });
    expect(distance(middle, row.row)).toBeLessThan(1e-3);
  });
});
