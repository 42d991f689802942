import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePrompts } from '../../server/src/engine/jobs/generate/prompts';
import { firstPass, sampleLatents } from '../../server/src/engine/jobs/generate/sampling';
import { type LoadedModel, loadModel } from '../../server/src/engine/model/load';
import { decodeLatents } from '../../server/src/engine/model/vaeDecoder';
import type { PlanParameters } from '../../server/src/shared/plan';
import { golden } from '../unit/engine/golden';
import { distance, numbers, safetensors, temporaryFolder, write } from '../unit/engine/support';
import { DEMO, OPTIONS, planFor, renderer } from './support';

interface Reference {
  prompt: string;
  seed: number;
  steps: number;
  cfgScale: number;
  height: number;
  width: number;
  /** First six rows of the prompt's conditioning, and the last one: padding. */
  hidden: number[];
  padded: number[];
  pooled: number[];
  latents: number[];
  corner: number[];
}
const reference = golden<Reference>('sdxl/golden.json');
const WIDTHS = [8, 12] as const;

/** The generated model with the built-in model's words; the second tokenizer pads with `!`, which is 0. */
const folder = temporaryFolder();
const modelPath = path.join(folder, 'sdxl');
cpSync(path.resolve('test/golden/sdxl'), modelPath, { recursive: true });
for (const name of ['tokenizer', 'tokenizer_2'])
  cpSync(path.join(DEMO, 'tokenizer'), path.join(modelPath, name), { recursive: true });
mkdirSync(path.join(modelPath, 'tokenizer_2'), { recursive: true });
writeFileSync(path.join(modelPath, 'tokenizer_2', 'special_tokens_map.json'), '{"pad_token":"!"}');

const { steps, cfgScale, height, width, seed } = reference;
const parameters: Partial<PlanParameters> = { steps, cfgScale, height, width, seed };
const plan = planFor({ modelPath, positive: reference.prompt, parameters });
const { engine, render } = renderer(folder);
let loaded: LoadedModel | undefined;
afterAll(async () => {
  await loaded?.release();
  await engine.unload();
});

async function model(): Promise<LoadedModel> {
  if (loaded) return loaded;
  const result = await loadModel({ path: modelPath }, OPTIONS, undefined);
  if (!result.ok) throw new Error(result.problem.message);
  loaded = result.value!.model;
  return loaded;
}

async function encoded() {
  const prompts = await encodePrompts(await model(), plan);
  if (!prompts.ok) throw new Error(prompts.problem.message);
  return prompts.value;
}

describe('a model with two text encoders', () => {
  it('conditions on the layer before the last of both, and on the pooled text of the second', async () => {
    const prompts = await encoded();
    const { hidden, pooled, tokens, timeIds } = prompts.positive[0]!.phases[0]!.condition;
    const row = WIDTHS[0] + WIDTHS[1];
    expect([tokens, hidden.length]).toEqual([77, 77 * row]);
    expect(distance(hidden.subarray(0, 6 * row), reference.hidden)).toBeLessThan(1e-5);
    expect(distance(hidden.subarray(-row), reference.padded)).toBeLessThan(1e-5);
    expect(distance(pooled!, reference.pooled)).toBeLessThan(1e-5);
    expect(timeIds).toEqual([height, width, 0, 0, height, width]);
  });

  it('gives an empty negative prompt nothing at all', async () => {
    const { hidden, pooled } = (await encoded()).negative[0]!.condition;
    expect([...hidden, ...pooled!].every((value) => value === 0)).toBe(true);
  });

  it('ends at the latents and the picture torch ends at', async () => {
    const hooks = { previewEvery: 0, isCancelled: () => false, report: () => {} };
    const sampled = await sampleLatents(await model(), firstPass(plan), await encoded(), hooks);
    if (!sampled.ok || !sampled.value) throw new Error('no latents');
    const { latents, shape } = sampled.value;
    expect(shape).toEqual([4, height / 8, width / 8]);
    expect(distance(latents, reference.latents)).toBeLessThan(1e-3);
    const { vae, scalingFactor, shiftFactor } = await model();
    const picture = await decodeLatents(vae, latents, shape, scalingFactor, shiftFactor);
    const corner = [0, 1, 2].map((channel) => picture[channel * height * width]!);
    expect(distance(corner, reference.corner)).toBeLessThan(1e-3);
  });
});

describe('pictures of it', () => {
  const sha = async (changes: Parameters<typeof render>[0]) =>
    (
      await render({
        modelPath,
        positive: reference.prompt,
        ...changes,
        parameters: { ...parameters, ...changes?.parameters },
      })
    ).latentsSha256;

  it('are the same again, and depend on prompt, negative prompt and size', async () => {
    const plain = await sha({});
    expect(await sha({})).toBe(plain);
    expect(await sha({ negative: 'snow' })).not.toBe(plain);
    expect(await sha({ positive: 'a blue car' })).not.toBe(plain);
    expect(await sha({ parameters: { width: 64, height: 64 } })).not.toBe(plain);
  });

  it('do not change with clip skip, which these models have set once and for all', async () => {
    expect(await sha({ parameters: { clipSkip: 2 } })).toBe(await sha({}));
  });

  it('take prompts of several chunks', async () => {
    const long = 'a red house, '.repeat(40);
    expect(await sha({ positive: long })).not.toBe(await sha({ positive: long.slice(0, 200) }));
  });

  it('take textual inversions with rows for both encoders, and no others', async () => {
    const named = (tensors: Parameters<typeof safetensors>[0], file: string) => ({
      embeddings: [{ name: 'zzqx', path: write(folder, file, safetensors(tensors)) }],
    });
    const pair = {
      clip_l: { shape: [2, WIDTHS[0]], data: numbers(2 * WIDTHS[0], 1) },
      clip_g: { shape: [2, WIDTHS[1]], data: numbers(2 * WIDTHS[1], 2) },
    };
    const one = { emb_params: { shape: [2, WIDTHS[0]], data: numbers(2 * WIDTHS[0], 1) } };
    const word = await sha({ positive: 'zzqx' });
    expect(await sha({ positive: 'zzqx', ...named(pair, 'pair.safetensors') })).not.toBe(word);
    expect(await sha({ positive: 'zzqx', ...named(one, 'one.safetensors') })).toBe(word);
  });

  it('take LoRAs for the second text encoder', async () => {
    const name = 'lora_te2_text_model_encoder_layers_0_self_attn_q_proj';
    const file = safetensors({
      [`${name}.lora_down.weight`]: { shape: [2, WIDTHS[1]], data: numbers(2 * WIDTHS[1], 3) },
      [`${name}.lora_up.weight`]: { shape: [WIDTHS[1], 2], data: numbers(2 * WIDTHS[1], 4) },
      [`${name}.alpha`]: { shape: [], data: [2] },
    });
    const lora = { name: 'x', path: write(folder, 'te2.safetensors', file), te: 1, unet: 1 };
    const plain = await sha({});
    expect(await sha({ loras: [lora] })).not.toBe(plain);
    expect(await sha({ loras: [{ ...lora, te: 0 }] })).toBe(plain);
  });
});
