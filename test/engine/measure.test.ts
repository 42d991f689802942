import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModelFile } from '../../server/src/engine/graph/modelFile';
import { mergeWeight } from '../../server/src/engine/lora/mergeModule';
import { measure } from '../../server/src/engine/measure/index';
import { torchWeight } from '../../server/src/engine/weights/dense';
import type { PlanLora } from '../../server/src/shared/plan';
import { numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../unit/engine/support';
import { DEMO, lora, QUIET } from './support';

const folder = temporaryFolder();
const model = { name: 'demo', path: DEMO };

async function measured(...loras: PlanLora[]) {
  const outcome = await measure({ model, loras }, QUIET);
  if (outcome.type !== 'done') throw new Error(outcome.type);
  return outcome.result;
}

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

  it('says nothing of networks that do not meet, and stops when it is told to', async () => {
    const elsewhere = Object.fromEntries(
      Object.entries(factors(5)).map(([name, tensor]) => [name.replace('attn1_to_q', 'attn1_to_v'), tensor]),
    );
    const result = await measured(own('a', factors(5)), own('b', elsewhere));
    expect(result.pairs).toEqual([]);
    const hooks = { isCancelled: () => true, progress: () => {} };
    expect(await measure({ model, loras: [lora('hat', 1)] }, hooks)).toEqual({ type: 'cancelled' });
    const broken = write(folder, 'broken.safetensors', readFileSync(lora('hat', 1).path).subarray(0, 50));
    const outcome = await measure({ model, loras: [{ ...lora('hat', 1), path: broken }] }, QUIET);
    expect(outcome.type).toBe('failed');
  });
});
