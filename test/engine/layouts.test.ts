import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePrompts } from '../../server/src/engine/jobs/generate/prompts';
import { firstPass, sampleLatents } from '../../server/src/engine/jobs/generate/sampling';
import { createLoraCache } from '../../server/src/engine/lora/cache';
import { bindLoras } from '../../server/src/engine/model/bindLoras';
import { loadModel } from '../../server/src/engine/model/load';
import { decodeLatents } from '../../server/src/engine/model/vaeDecoder';
import { distance, temporaryFolder } from '../unit/engine/support';
import { type Redress, redress } from './redress';
import { DEMO, lora, OPTIONS, planFor } from './support';
import { TINY_SDXL, writeOnnxFolder } from './tinyModels';

const folder = temporaryFolder();

/** The networks of a model's folder, each as a layout wants it; those not named are as they were. */
type Layout = Readonly<
  Partial<Record<'unet' | 'text_encoder' | 'text_encoder_2' | 'vae_decoder' | 'vae_encoder', Redress>>
>;

/** Copies a model in another layout. */
function inLayout(source: string, name: string, layout: Layout, withoutConfigs = false): string {
  const target = path.join(folder, name);
  cpSync(source, target, { recursive: true, filter: (file) => !/[\\/](?:loras|embeddings)$/.test(file) });
  for (const [part, options] of Object.entries(layout)) {
    for (const file of readdirSync(path.join(target, part)))
      if (file !== 'config.json') rmSync(path.join(target, part, file));
    redress(path.join(source, part, 'model.onnx'), path.join(target, part, 'model.onnx'), options);
  }
  // What the VAE's configuration says, no default knows: the built-in model's scale is its own.
  if (withoutConfigs)
    for (const part of ['unet', 'text_encoder', 'vae_encoder'])
      rmSync(path.join(target, part, 'config.json'), { force: true });
  return target;
}

async function draw(modelPath: string, loras = [] as ReturnType<typeof lora>[]) {
  const loaded = await loadModel({ path: modelPath }, OPTIONS, undefined);
  if (!loaded.ok) throw new Error(loaded.problem.message);
  const { model } = loaded.value!;
  // Whole timesteps: an integer input must not be what makes a difference.
  const parameters = { steps: 3, width: 64, height: 64, sampler: 'DDIM' };
  const plan = planFor({ positive: 'mira in a meadow', negative: 'blurry', parameters });
  const files = createLoraCache().openAll(loras);
  if (!files.ok) throw new Error(files.problem.message);
  const bound = await bindLoras(model, files.value);
  const prompts = await encodePrompts(model, plan);
  if (!bound.ok || !prompts.ok) throw new Error('not encoded');
  const hooks = { previewEvery: 0, isCancelled: () => false, report: () => {} };
  const sampled = await sampleLatents(model, firstPass(plan), prompts.value, hooks);
  if (!sampled.ok || !sampled.value) throw new Error('no latents');
  const { latents, shape } = sampled.value;
  const pixels = await decodeLatents(model.vae, latents, shape, model.scalingFactor, model.shiftFactor);
  const rgb = Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 37) % 256);
  const encoded = await model.vaeEncoder.encode({ width: 64, height: 64, rgb });
  const { applied = 0 } = bound.value.reports[0] ?? {};
  await model.release();
  return { latents, pixels, start: encoded.ok ? encoded.value : undefined, applied };
}

const known = new Map<string, ReturnType<typeof draw>>();
function expected(...request: Parameters<typeof draw>): ReturnType<typeof draw> {
  const key = JSON.stringify(request);
  const drawn = known.get(key) ?? draw(...request);
  known.set(key, drawn);
  return drawn;
}

const TIME: Readonly<Record<string, Redress['inputs']>> = {
  'int64, scalar': { timestep: { type: 'int64', dims: [] } },
  'int64 [1]': { timestep: { type: 'int64', dims: [1] } },
  'int64 [steps]': { timestep: { type: 'int64', dims: ['steps'] } },
  'int32 [1]': { timestep: { type: 'int32', dims: [1] } },
  'float32, scalar': { timestep: { type: 'float', dims: [] } },
  'float32 [batch]': { timestep: { type: 'float', dims: ['batch'] } },
};
const HALF = { type: 'float16' } as const;

/** Every layout that models are exported in, small: the same weights must draw the same picture. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  // optimum of today: whole timesteps without an axis, int64 ids.
  'optimum, new': {
    unet: { inputs: TIME['int64, scalar']!, weights: ['model.onnx_data'] },
    text_encoder: { inputs: { input_ids: { type: 'int64' } }, weights: ['model.onnx_data'] },
  },
  // optimum before: an axis for the steps, int32 ids.
  'optimum, old': {
    unet: { inputs: TIME['int64 [steps]']! },
    text_encoder: { inputs: { input_ids: { type: 'int32' } } },
  },
  // diffusers' own old exporter.
  'diffusers, legacy': {
    unet: { inputs: TIME['float32 [batch]']!, weights: ['weights.pb'] },
    text_encoder: { inputs: { input_ids: { type: 'int32' } } },
  },
  // The runtime's own scripts: other names for everything that goes in and out.
  "ONNX Runtime's names": {
    unet: {
      inputs: { timestep: { type: 'float', dims: [1] } },
      outputs: { out_sample: { name: 'latent' } },
      weights: ['model.onnx.data'],
    },
    vae_decoder: { inputs: { latent_sample: { name: 'latent' } }, outputs: { sample: { name: 'images' } } },
    vae_encoder: {
      inputs: { sample: { name: 'images' } },
      outputs: { latent_parameters: { name: 'latent' } },
    },
  },
  // Olive leaves python's switches in the graph.
  'Olive, switches': {
    unet: { switches: ['return_dict'], weights: ['model.onnx.data'] },
    text_encoder: { switches: ['output_hidden_states', 'return_dict'] },
  },
  'external data of an outlandish name': { unet: { weights: ['grüße an ülle, (1).bin'] } },
  'external data in a folder below': { unet: { weights: ['parts/unet.bin'] } },
  shards: {
    unet: { weights: ['model.onnx_data', 'model.onnx_data_1', 'model.onnx_data_2'] },
    vae_decoder: { weights: ['a.bin', 'b.bin'] },
  },
  ...Object.fromEntries(
    Object.entries(TIME).map(([name, inputs]) => [`timestep ${name}`, { unet: { inputs: inputs! } }]),
  ),
};

/** Halves at the edges, as `--dtype fp16` and Olive without `keep_io_types` export. */
const HALVES: Layout = {
  unet: {
    inputs: { sample: HALF, encoder_hidden_states: HALF, timestep: { type: 'float16', dims: [1] } },
    outputs: { out_sample: HALF },
  },
  text_encoder: { outputs: { last_hidden_state: HALF } },
  vae_decoder: { inputs: { latent_sample: HALF }, outputs: { sample: HALF } },
  vae_encoder: { inputs: { sample: HALF }, outputs: { latent_parameters: HALF } },
};

describe('the built-in model, as exported by', () => {
  it.each(Object.keys(LAYOUTS))('%s', async (name) => {
    const layout = LAYOUTS[name]!;
    const made = await draw(inLayout(DEMO, name.replace(/[^\w]+/g, '-'), layout));
    const plain = await expected(DEMO);
    expect(distance(made.latents, plain.latents)).toBeLessThan(1e-4);
    expect(distance(made.pixels, plain.pixels)).toBeLessThan(1e-4);
    expect(distance(made.start!, plain.start!)).toBeLessThan(1e-4);
  });

  it('halves going in and out', async () => {
    const made = await draw(inLayout(DEMO, 'halves', HALVES));
    const plain = await expected(DEMO);
    expect(distance(made.latents, plain.latents)).toBeLessThan(3e-2);
    expect(distance(made.latents, plain.latents)).toBeGreaterThan(0);
    expect(distance(made.pixels, plain.pixels)).toBeLessThan(3e-2);
    expect(distance(made.start!, plain.start!)).toBeLessThan(3e-2);
  });

  it('an exporter that writes no configuration, and more than is wanted', async () => {
    const bare = inLayout(DEMO, 'bare', LAYOUTS['diffusers, legacy']!, true);
    mkdirSync(path.join(bare, 'safety_checker'));
    writeFileSync(path.join(bare, 'safety_checker', 'model.onnx'), 'not read');
    expect(existsSync(path.join(bare, 'unet', 'config.json'))).toBe(false);
    expect(distance((await draw(bare)).latents, (await expected(DEMO)).latents)).toBeLessThan(1e-4);
  });

  it.each(['shards', 'diffusers, legacy', "ONNX Runtime's names"])('%s takes LoRAs', async (name) => {
    const loras = [lora('mira', 1)];
    const plain = await expected(DEMO, loras);
    const made = await draw(inLayout(DEMO, `lora-${name.length}`, LAYOUTS[name]!), loras);
    expect(made.applied).toBe(plain.applied);
    expect(made.applied).toBeGreaterThan(10);
    expect(distance(made.latents, plain.latents)).toBeLessThan(1e-4);
    expect(distance(plain.latents, (await expected(DEMO)).latents)).toBeGreaterThan(0.1);
  });
});

describe('a tiny SDXL, as exported by', () => {
  const base = writeOnnxFolder(path.join(folder, 'sdxl'), TINY_SDXL);
  const both = (options: Redress) => ({ text_encoder: options, text_encoder_2: options });
  it.each<[string, Layout, number]>([
    [
      'optimum, new',
      { unet: { inputs: TIME['int64, scalar']!, weights: ['model.onnx_data'] }, ...both({}) },
      1e-4,
    ],
    [
      'Olive: int32 ids, shards under its names',
      {
        unet: { weights: ['model.onnx.data', 'model.onnx.data_1'] },
        ...both({ inputs: { input_ids: { type: 'int32' } } }),
      },
      1e-4,
    ],
    [
      'halves going in and out',
      {
        unet: {
          inputs: { sample: HALF, encoder_hidden_states: HALF, text_embeds: HALF, time_ids: HALF },
          outputs: { out_sample: HALF },
        },
        text_encoder_2: { outputs: { text_embeds: HALF, 'hidden_states.2': HALF } },
        vae_decoder: { inputs: { latent_sample: HALF }, outputs: { sample: HALF } },
      },
      0.1,
    ],
  ])('%s', async (name, layout, tolerance) => {
    const made = await draw(inLayout(base, `sdxl-${name.length}`, layout));
    const plain = await expected(base);
    expect(made.latents.every(Number.isFinite)).toBe(true);
    expect(distance(made.latents, plain.latents)).toBeLessThan(tolerance);
    expect(distance(made.pixels, plain.pixels)).toBeLessThan(tolerance);
  });
});
