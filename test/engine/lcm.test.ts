import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Network } from '../../server/src/engine/graph/network';
import { clipText } from '../../server/src/engine/graph/networks/clipText';
import { unet } from '../../server/src/engine/graph/networks/unet';
import { loadModel } from '../../server/src/engine/pipeline/loadModel';
import { encodePrompts } from '../../server/src/engine/pipeline/prompts';
import { firstPass, sampleLatents } from '../../server/src/engine/pipeline/sampling';
import type { TextEncoderConfig, UnetConfig } from '../../server/src/formats/checkpoint';
import { golden } from '../unit/engine/golden';
import { store } from '../unit/engine/graph/weights';
import { distance, temporaryFolder } from '../unit/engine/support';
import { DEMO, OPTIONS, planFor, renderer } from './support';

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
cpSync(DEMO, modelPath, { recursive: true, filter: (file) => !/[\\/](?:unet|text_encoder)$/.test(file) });
writeNetwork('unet', unet, reference.unet, {
  block_out_channels: reference.unet.channels,
  attention_head_dim: reference.unet.heads,
  norm_num_groups: reference.unet.groups,
  time_cond_proj_dim: reference.unet.guidance,
});
writeNetwork('text_encoder', clipText, reference.text, {
  num_attention_heads: reference.text.heads,
  hidden_act: reference.text.activation,
});

function writeNetwork<Config>(name: string, network: Network<Config>, config: Config, written: object): void {
  const own = path.join(modelPath, name);
  mkdirSync(own, { recursive: true });
  const locate = store(own, 'weights.pb', network.parameters(config));
  writeFileSync(path.join(own, 'model.onnx'), network.write(config, locate));
  writeFileSync(path.join(own, 'config.json'), JSON.stringify(written));
}

const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

const changesOf = ({ steps, cfgScale, seed }: Reference['cases'][number]) => ({
  ...{ modelPath, positive: reference.prompt },
  parameters: {
    ...{ steps, cfgScale, seed, sampler: 'LCM', height: reference.height, width: reference.width },
  },
});

async function latentsOf(row: Reference['cases'][number], negative = ''): Promise<Float32Array> {
  const loaded = await loadModel({ path: modelPath }, OPTIONS, undefined);
  if (!loaded.ok) throw new Error(loaded.problem.message);
  const { model } = loaded.value!;
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
