import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { openModelFile } from '../../server/src/engine/graph/modelFile';
import { measure } from '../../server/src/engine/jobs/measure/index';
import { createNorms } from '../../server/src/engine/jobs/measure/norms';
import { createLoraCache } from '../../server/src/engine/lora/cache';
import { mergeWeight } from '../../server/src/engine/lora/mergeModule';
import { torchWeight } from '../../server/src/engine/weights/merged/float64Merge';
import type { PlanLora } from '../../server/src/shared/plan';
import { numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../unit/engine/support';
import { writeDiffusersFolder } from './diffusersFolder';
import { DEMO, lora, QUIET } from './support';

const folder = temporaryFolder();
const model = { name: 'demo', path: DEMO };

const kept = { files: createLoraCache(), norms: createNorms() };
afterAll(() => kept.files.close());

async function measuredAgainst(modelPath: string, ...loras: PlanLora[]) {
  const outcome = await measure({ model: { name: 'm', path: modelPath }, loras }, kept, QUIET);
  if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.result;
}
const measured = (...loras: PlanLora[]) => measuredAgainst(DEMO, ...loras);

function own(name: string, tensors: Record<string, WrittenTensor>, weight = 1): PlanLora {
  return { name, path: write(folder, `${name}.safetensors`, safetensors(tensors)), te: weight, unet: weight };
}

const MODULE = 'mid_block.attentions.0.transformer_blocks.0.attn1.to_q';
const KEY = `lora_unet_${MODULE.replaceAll('.', '_')}`;
const unet = openModelFile(path.join(DEMO, 'unet', 'model.onnx'));
if (!unet.ok) throw new Error(unet.problem.message);
const slot = unet.value.slots.find((one) => one.path === MODULE && one.part === 'weight')!;
const weight = torchWeight(unet.value, slot);
unet.value.close();
const [out, inner] = slot.shape;
const factors = (seed: number): Record<string, WrittenTensor> => ({
  [`${KEY}.lora_down.weight`]: { shape: [2, inner], data: numbers(2 * inner, seed) },
  [`${KEY}.lora_up.weight`]: { shape: [out, 2], data: numbers(2 * out, seed + 1) },
});
const norm = (data: Float64Array) => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));

describe('measuring', () => {
  it('gives the ratio of norms of one matrix, its block and nothing else', async () => {
    const { loras } = await measured(own('one', factors(1), 0.5));
    const [down, up] = Object.values(factors(1)).map(({ data }) => Float64Array.from(data, Math.fround));
    const delta = Float64Array.from(weight.data, (_, i) => {
      const [row, column] = [Math.floor(i / inner), i % inner];
      return 0.5 * (up[row * 2] * down[column] + up[row * 2 + 1] * down[inner + column]);
    });
    const ratio = norm(delta) / norm(weight.data);
    expect(loras[0].blocks.map(({ block, touched }) => [block, touched])).toEqual([['mid_block', 1]]);
    expect(loras[0].blocks[0].modules).toBeGreaterThan(10);
    expect(loras[0].ratio).toBeCloseTo(ratio, 6);
    expect(loras[0].blocks[0].ratio).toBeCloseTo(ratio, 6);
    expect(loras[0].blocks[0].change).toBeCloseTo(norm(delta), 5);
    expect(loras[0].blocks[0].base).toBeCloseTo(norm(weight.data), 5);
  });

  it('counts a decomposed network as what it does to the weight', async () => {
    const tensors = {
      ...factors(3),
      [`${KEY}.dora_scale`]: { shape: [1, inner], data: new Array(inner).fill(2) },
    };
    const { loras } = await measured(own('dora', tensors));
    const all = new Map(
      Object.entries(tensors).map(([name, { shape, data }]) => [
        name.slice(KEY.length + 1).replace('.weight', ''),
        { shape, data: Float64Array.from(data, Math.fround) },
      ]),
    );
    const merged = mergeWeight(weight, { has: (name) => all.has(name), get: (name) => all.get(name) }, 1);
    if (!merged.ok) throw new Error(merged.problem.message);
    const change = merged.value.data.map((value, i) => value - weight.data[i]);
    expect(loras[0].ratio).toBeCloseTo(norm(change) / norm(weight.data), 6);
  });

  it('knows a network under two names, at another scale and the other way round', async () => {
    const { pairs } = await measured(lora('hat', 1), lora('hat', 0.25), lora('hat', -1), lora('mira', 1));
    const cosine = (a: number, b: number) =>
      pairs.find(({ first, second }) => first === a && second === b)?.cosine;
    expect(cosine(0, 1)).toBeCloseTo(1, 9);
    expect(cosine(0, 2)).toBeCloseTo(-1, 9);
    expect(Math.abs(cosine(0, 3) ?? 1)).toBeLessThan(0.2);
    const { loras } = await measured(lora('hat', 1));
    for (const { block, dot } of pairs[0].overlaps) {
      const own = loras[0].blocks.find((one) => one.block === block);
      expect(dot).toBeCloseTo(0.25 * (own?.change ?? 0) ** 2, 6);
    }
    expect(pairs[0].overlaps.map(({ block }) => block)).toEqual(loras[0].blocks.map(({ block }) => block));
    expect(pairs.every(({ common }) => common === 84)).toBe(true);
  });

  it.each([0, 1, 20, 100, 400])(
    'can be stopped at any time, and starts again: after %d turns',
    async (turns) => {
      const plan = { model, loras: [lora('hat', 1), lora('mira', 1)] };
      let taken = 0;
      const hooks = { ...QUIET, isCancelled: () => ++taken > turns };
      expect(await measure(plan, kept, hooks)).toEqual({ type: 'cancelled' });
      // It does not go on for long.
      expect(taken).toBeLessThan(turns + 10);
      expect(await measured(...plan.loras)).toEqual(await measured(...plan.loras));
    },
  );

  it('says nothing of networks that do not meet, and stops when it is told to', async () => {
    const elsewhere = Object.fromEntries(
      Object.entries(factors(5)).map(([name, tensor]) => [name.replace('attn1_to_q', 'attn1_to_v'), tensor]),
    );
    const result = await measured(own('a', factors(5)), own('b', elsewhere));
    expect(result.pairs).toEqual([]);
    const hooks = { isCancelled: () => true, progress: () => {} };
    expect(await measure({ model, loras: [lora('hat', 1)] }, kept, hooks)).toEqual({ type: 'cancelled' });
    const broken = write(folder, 'broken.safetensors', readFileSync(lora('hat', 1).path).subarray(0, 50));
    const outcome = await measure({ model, loras: [{ ...lora('hat', 1), path: broken }] }, kept, QUIET);
    expect(outcome.type).toBe('failed');
  });
});

describe('the same weights in another form', () => {
  const checkpoint = (dtype: 'F16' | 'F32') => {
    const file = path.join(folder, `${dtype}.safetensors`);
    writeFileSync(file, checkpointOf(DEMO, { dtype, architecture: 'demo' }));
    return file;
  };
  const diffusers = () => {
    const target = path.join(folder, 'diffusers');
    mkdirSync(target);
    writeDiffusersFolder(target, checkpoint('F32'), DEMO, true);
    return target;
  };
  // One that is multiplied out among them, and one that changes the text encoder too.
  const stack = () => [
    lora('hat', 1),
    lora('mira', 0.5),
    own('two', { ...factors(9), ...encoderFactors(11) }),
    own('dora', { ...factors(3), [`${KEY}.dora_scale`]: { shape: [1, inner], data: numbers(inner, 4) } }),
  ];

  it.each([
    ['a checkpoint', () => checkpoint('F32'), 9],
    ['a checkpoint in float16', () => checkpoint('F16'), 3],
    ['a folder of diffusers', diffusers, 9],
  ] as const)('gives the same numbers: %s', async (_, form, digits) => {
    const expected = await measured(...stack());
    const result = await measuredAgainst(form(), ...stack());
    expect(result).toEqual(closeTo(expected, digits));
    expect(result.loras[2].blocks.map(({ block }) => block)).toEqual(['text_encoder', 'mid_block']);
  });

  it.each([
    ['nowhere.safetensors', undefined, 'model-missing'],
    ['old.ckpt', 'pickle', 'pickle-not-read'],
    ['cut.safetensors', 'short', 'safetensors-'],
  ])('says why it cannot be measured: %s', async (name, content, code) => {
    const file = content === undefined ? path.join(folder, name) : write(folder, name, content);
    const plan = { model: { name, path: file }, loras: [lora('hat', 1)] };
    const outcome = await measure(plan, kept, QUIET);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: expect.stringContaining(code) } });
  });
});

/** Factors on a weight of the text encoder. */
function encoderFactors(seed: number): Record<string, WrittenTensor> {
  const encoder = openModelFile(path.join(DEMO, 'text_encoder', 'model.onnx'));
  if (!encoder.ok) throw new Error(encoder.problem.message);
  const place = encoder.value.slots.find(({ path: own }) => own.endsWith('layers.0.mlp.fc1'))!;
  encoder.value.close();
  const [rows, columns] = place.shape;
  const key = `lora_te_${place.path.replaceAll('.', '_')}`;
  return {
    [`${key}.lora_down.weight`]: { shape: [2, columns], data: numbers(2 * columns, seed) },
    [`${key}.lora_up.weight`]: { shape: [rows, 2], data: numbers(2 * rows, seed + 1) },
  };
}

/** The same value with matchers for its numbers. */
function closeTo(value: unknown, digits: number): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return expect.closeTo(value, digits);
  if (Array.isArray(value)) return value.map((one) => closeTo(one, digits));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closeTo(one, digits)]));
}
