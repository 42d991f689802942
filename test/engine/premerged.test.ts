import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFile } from '../../server/src/engine/graph/modelFile';
import { encodePrompts } from '../../server/src/engine/jobs/generate/prompts';
import { firstPass, sampleLatents } from '../../server/src/engine/jobs/generate/sampling';
import { type AppliedLora, assign, indexSlots } from '../../server/src/engine/lora/assign';
import { openLoraFile } from '../../server/src/engine/lora/loraFile';
import { mergeBias, mergeWeight } from '../../server/src/engine/lora/mergeModule';
import { transpose } from '../../server/src/engine/lora/tensor';
import { bindLoras } from '../../server/src/engine/model/bindLoras';
import { type LoadedModel, loadModel } from '../../server/src/engine/model/load';
import { assemble, editGraph, encode } from '../../server/src/formats/onnx/index';
import type { EngineOptions } from '../../server/src/shared/engineProtocol';
import {
  distance,
  numbers,
  safetensors,
  temporaryFolder,
  type WrittenTensor,
  write,
} from '../unit/engine/support';
import { DEMO, OPTIONS, planFor } from './support';

const folder = temporaryFolder();
const models: LoadedModel[] = [];
afterAll(async () => {
  for (const model of models) await model.release();
});

async function load(
  modelPath: string,
  mergeStrategy: EngineOptions['mergeStrategy'] = 'auto',
): Promise<LoadedModel> {
  const loaded = await loadModel({ path: modelPath }, { ...OPTIONS, mergeStrategy }, undefined);
  if (!loaded.ok) throw new Error(loaded.problem.message);
  models.push(loaded.value!.model);
  return loaded.value!.model;
}

async function latentsOf(model: LoadedModel, loras: readonly AppliedLora[]) {
  const plan = planFor({ positive: 'mira, a girl in a meadow', parameters: { steps: 5 } });
  const bound = await bindLoras(model, loras);
  if (!bound.ok) throw new Error(bound.problem.message);
  const prompts = await encodePrompts(model, plan);
  if (!prompts.ok) throw new Error(prompts.problem.message);
  const hooks = { previewEvery: 0, isCancelled: () => false, report: () => {} };
  const sampled = await sampleLatents(model, firstPass(plan), prompts.value, hooks);
  if (!sampled.ok || !sampled.value) throw new Error('no latents');
  return { latents: sampled.value.latents, ...bound.value };
}

function applied(file: string, strength: number): AppliedLora {
  const opened = openLoraFile(file, file);
  if (!opened.ok) throw new Error(opened.problem.message);
  return { name: path.basename(file), file: opened.value, te: strength, unet: strength };
}

/** A copy of the built-in model whose weights were merged beforehand in float64 and stored as float32 constants. */
function premerged(name: string, loras: readonly AppliedLora[]): string {
  const copy = path.join(folder, name);
  cpSync(DEMO, copy, { recursive: true });
  for (const [part, component] of [
    ['unet', 'unet'],
    ['text_encoder', 'te1'],
  ] as const) {
    const file = openModelFile(path.join(DEMO, part, 'model.onnx'));
    if (!file.ok) throw new Error(file.problem.message);
    const { slots, model } = file.value;
    const { changes } = assign(loras, { [component]: indexSlots(slots) });
    const rewire = new Map<number, Map<number, string>>();
    const addInitializers: Uint8Array[] = [];
    for (const [index, list] of changes[component]) {
      const slot = slots[index];
      const [out, inner] = slot.shape;
      const stored = file.value.values(slot.tensor);
      let value = {
        shape: slot.shape,
        data: slot.storedLayout === 'torch' ? stored : transpose(stored, inner, out),
      };
      for (const { module, strength } of list) {
        const merged = (slot.part === 'bias' ? mergeBias : mergeWeight)(value, module.tensors, strength);
        if (!merged.ok) throw new Error(merged.problem.message);
        value = merged.value as typeof value;
      }
      const data = slot.layout === 'torch' ? value.data : transpose(value.data, out, inner);
      const initializer = `premerged.${index}`;
      const bytes = new Uint8Array(Float32Array.from(data).buffer);
      addInitializers.push(encode.tensor(initializer, 1, slot.dims, bytes));
      for (const use of slot.uses) {
        const inputs = rewire.get(use.node) ?? new Map<number, string>();
        rewire.set(use.node, inputs.set(use.input, initializer));
      }
    }
    const edited = assemble(editGraph(model, { rewire, addInitializers }), model.source);
    writeFileSync(path.join(copy, part, 'model.onnx'), edited);
    file.value.close();
  }
  return copy;
}

const MIRA = path.join(DEMO, 'loras', 'mira.safetensors');
const HAT = path.join(DEMO, 'loras', 'hat.safetensors');

describe('a picture with merged LoRAs', () => {
  it('is that of weights merged beforehand in float64', async () => {
    const loras = [applied(MIRA, 1)];
    const expected = await latentsOf(await load(premerged('one', loras)), []);
    const plain = await latentsOf(await load(DEMO), []);
    expect(distance(plain.latents, expected.latents)).toBeGreaterThan(0.1);
    const results: Record<string, Float32Array> = {};
    for (const strategy of ['merged', 'branches'] as const) {
      const made = await latentsOf(await load(DEMO, strategy), loras);
      expect(made.strategy.name).toBe(strategy);
      expect(distance(made.latents, expected.latents)).toBeLessThanOrEqual(1e-4);
      results[strategy] = made.latents;
    }
  });

  it('holds for stacks with negative weights', async () => {
    const loras = [applied(MIRA, 0.7), applied(HAT, -0.4)];
    const expected = await latentsOf(await load(premerged('two', loras)), []);
    const made = await latentsOf(await load(DEMO), loras);
    expect(distance(made.latents, expected.latents)).toBeLessThanOrEqual(1e-4);
  });
});

const small = (count: number, seed: number) => numbers(count, seed).map((value) => value * 0.5);
const q = 'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q';
const conv = 'lora_unet_mid_block_resnets_0_conv1';
const norm = 'lora_unet_mid_block_resnets_0_norm1';
const fc1 = 'lora_te_text_model_encoder_layers_0_mlp_fc1';
const tensor = (shape: number[], seed: number): WrittenTensor => ({
  shape,
  data: small(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
});
const ones = (shape: number[]): WrittenTensor => ({
  shape,
  data: Array(shape.reduce((a, b) => a * b, 1)).fill(1),
});

/** One file per kind, on modules of the built-in model: an 80-wide attention, a 3×3 convolution, a norm, a text encoder. */
const KINDS: Record<string, Record<string, WrittenTensor>> = {
  locon: {
    [`${conv}.lora_down.weight`]: tensor([4, 80, 3, 3], 1),
    [`${conv}.lora_up.weight`]: tensor([80, 4, 1, 1], 2),
  },
  tucker: {
    [`${conv}.lora_down.weight`]: tensor([4, 80, 1, 1], 1),
    [`${conv}.lora_mid.weight`]: tensor([3, 4, 3, 3], 3),
    [`${conv}.lora_up.weight`]: tensor([80, 3, 1, 1], 2),
  },
  loha: {
    [`${q}.hada_w1_a`]: tensor([80, 4], 1),
    [`${q}.hada_w1_b`]: tensor([4, 80], 2),
    [`${q}.hada_w2_a`]: tensor([80, 4], 3),
    [`${q}.hada_w2_b`]: tensor([4, 80], 4),
  },
  lokr: { [`${q}.lokr_w1`]: tensor([8, 8], 1), [`${q}.lokr_w2`]: tensor([10, 10], 2) },
  dora: {
    [`${q}.lora_down.weight`]: tensor([4, 80], 1),
    [`${q}.lora_up.weight`]: tensor([80, 4], 2),
    [`${q}.dora_scale`]: ones([80, 1]),
  },
  full: {
    [`${q}.diff`]: tensor([80, 80], 1),
    [`${conv}.diff`]: tensor([80, 80, 3, 3], 2),
    [`${conv}.diff_b`]: tensor([80], 3),
  },
  norm: { [`${norm}.w_norm`]: tensor([80], 1), [`${norm}.b_norm`]: tensor([80], 2) },
  ia3: { [`${q}.weight`]: tensor([80], 1), [`${q}.on_input`]: { shape: [], data: [1] } },
  glora: {
    [`${q}.a1.weight`]: tensor([80, 4], 1),
    [`${q}.a2.weight`]: tensor([4, 80], 2),
    [`${q}.b1.weight`]: tensor([80, 4], 3),
    [`${q}.b2.weight`]: tensor([4, 80], 4),
  },
  oft: { [`${q}.oft_blocks`]: tensor([10, 8, 8], 1) },
  boft: { [`${q}.oft_blocks`]: tensor([2, 10, 8, 8], 1) },
  'text encoder': {
    [`${fc1}.lora_down.weight`]: tensor([4, 64], 1),
    [`${fc1}.lora_up.weight`]: tensor([256, 4], 2),
  },
};

describe('every kind, in a real picture', () => {
  let model: LoadedModel;
  let plain: Float32Array;
  beforeAll(async () => {
    model = await load(DEMO);
    plain = (await latentsOf(model, [])).latents;
  });

  it.each(Object.keys(KINDS))('%s', async (kind) => {
    const loras = [applied(write(folder, `${kind}.safetensors`, safetensors(KINDS[kind])), 0.9)];
    const expected = await latentsOf(await load(premerged(kind, loras)), []);
    const made = await latentsOf(model, loras);
    expect(made.reports[0]).toMatchObject({ applied: made.reports[0].total, reasons: [] });
    expect(distance(made.latents, expected.latents)).toBeLessThanOrEqual(1e-4);
    expect(distance(made.latents, plain)).toBeGreaterThan(20 * distance(made.latents, expected.latents));
  });
});

describe('files that do not fit', () => {
  it('are applied as far as they do, with the count and the reasons', async () => {
    const file = write(
      folder,
      'partly.safetensors',
      safetensors({
        ...KINDS.loha,
        [`${conv}.lora_down.weight`]: tensor([4, 99, 3, 3], 1),
        [`${conv}.lora_up.weight`]: tensor([80, 4, 1, 1], 2),
        'lora_unet_no_such_module.lora_down.weight': tensor([4, 80], 1),
        'lora_unet_no_such_module.lora_up.weight': tensor([80, 4], 1),
        [`${norm}.w_norm`]: tensor([3], 1),
        'lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': tensor([4, 64], 1),
        'lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_up.weight': tensor([256, 4], 1),
      }),
    );
    const { reports } = await latentsOf(await load(DEMO), [applied(file, 1)]);
    expect(reports[0]).toMatchObject({ applied: 1, total: 5 });
    expect(reports[0].reasons).toEqual([
      "mid_block_resnets_0_conv1: its tensors make 80×99×3×3, the model's weight is 80×80×3×3",
      'no_such_module: the model has no module of this name',
      'text_model_encoder_layers_0_mlp_fc1: this model has no such text encoder',
      "mid_block_resnets_0_norm1: its tensors make 3, the model's weight is 80",
    ]);
  });

  it('are refused when they number their modules', () => {
    const bytes = safetensors({ 'unet:0:up': tensor([4, 2], 1), 'unet:0:down': tensor([2, 4], 1) });
    const opened = openLoraFile(write(folder, 'indexed.safetensors', bytes), 'indexed');
    expect(opened.ok ? '' : opened.problem.code).toBe('lora-indexed');
  });

  it('never see a weight file outside the model folder', () => {
    const bytes = encode.model({
      nodes: [encode.node('MatMul', ['x', 'w'], ['y'], 'm')],
      initializers: [encode.externalTensor('w', 1, [2, 2], '../secret.bin', 0, 16)],
      inputs: [encode.valueInfo('x', 1, [1, 2])],
      outputs: [encode.valueInfo('y', 1, [1, 2])],
      opset: 17,
    });
    const opened = openModelFile(write(folder, 'escape.onnx', bytes));
    expect(opened.ok ? '' : opened.problem.code).toBe('model-external-data');
    expect(readFileSync(path.join(folder, 'escape.onnx')).length).toBeGreaterThan(0);
  });
});
