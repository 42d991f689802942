import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePrompts } from '../../server/src/engine/jobs/generate/prompts';
import { firstPass, sampleLatents } from '../../server/src/engine/jobs/generate/sampling';
import type { TextEncoderConfig, UnetConfig } from '../../server/src/formats/checkpoint';
import { golden } from '../unit/engine/golden';
import { distance, temporaryFolder } from '../unit/engine/support';
import { planFor, renderer } from './support';
import { openWritten, writeModel } from './writtenModel';

interface Reference {
  unet: UnetConfig;
  text: TextEncoderConfig;
  prompt: string;
  height: number;
  width: number;
  cases: { steps: number; cfgScale: number; seed: number; latents: number[] }[];
}
/** Made by tools/graph-golden/make_lcm_golden.py. */
const reference = golden<Reference>('lcm.json');

/** A latent consistency model: guidance is an input of its UNet. The built-in model's words and VAE. */
const folder = temporaryFolder();
const modelPath = path.join(folder, 'lcm');
writeModel(modelPath, reference);

const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

const changesOf = ({ steps, cfgScale, seed }: Reference['cases'][number]) => ({
  ...{ modelPath, positive: reference.prompt },
  parameters: {
    ...{ steps, cfgScale, seed, sampler: 'LCM', height: reference.height, width: reference.width },
  },
});

async function latentsOf(row: Reference['cases'][number], negative = ''): Promise<Float32Array> {
  const model = await openWritten(modelPath);
  const plan = planFor({ ...changesOf(row), negative });
  const prompts = await encodePrompts(model, plan);
  if (!prompts.ok) throw new Error(prompts.problem.message);
  const hooks = { previewEvery: 0, isCancelled: () => false, report: () => {} };
  const sampled = await sampleLatents(model, firstPass(plan), prompts.value, hooks);
  await model.release();
  if (!sampled.ok || !sampled.value) throw new Error('no latents');
  return sampled.value.latents;
}

describe('a latent consistency model', () => {
  it.each(reference.cases)('ends where torch ends, $steps steps at guidance $cfgScale', async (row) => {
    const latents = await latentsOf(row);
    expect(distance(latents, row.latents)).toBeLessThan(1e-3);
    const { latentsSha256 } = await render(changesOf(row));
    expect(latentsSha256).toBe(createHash('sha256').update(new Uint8Array(latents.buffer)).digest('hex'));
  });

  it('is asked for the prompt alone', async () => {
    const [row] = reference.cases;
    expect(distance(await latentsOf(row!, 'a blue car'), row!.latents)).toBeLessThan(1e-3);
  });
});
