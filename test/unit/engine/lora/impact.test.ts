import { describe, expect, it } from 'vitest';
import type { SlotChange } from '../../../../server/src/engine/lora/assign';
import { measureImpact, similarity } from '../../../../server/src/engine/lora/impact';
import type { LowRank, ModuleTensors } from '../../../../server/src/engine/lora/kinds/kind';
import { lora as kind } from '../../../../server/src/engine/lora/kinds/lora';
import type { Tensor64 } from '../../../../server/src/engine/lora/tensor';
import type { WeightSlot } from '../../../../server/src/formats/onnx/index';
import { numbers } from '../support';

const SHAPE = [6, 4];
const tensor = (shape: number[], seed: number): Tensor64 => ({
  shape,
  data: Float64Array.from(numbers(shape[0] * shape[1], seed), Math.fround),
});
const moduleOf = (seed: number): ModuleTensors => {
  const all = new Map([
    ['lora_down', tensor([2, 4], seed)],
    ['lora_up', tensor([6, 2], seed + 1)],
    ['alpha', { shape: [], data: Float64Array.of(1) }],
  ]);
  return { has: (name) => all.has(name), get: (name) => all.get(name) };
};
const factorsOf = (tensors: ModuleTensors): LowRank => {
  const factors = kind.lowRank!(tensors, SHAPE);
  if (!factors.ok) throw new Error(factors.problem.message);
  return factors.value;
};
const norm = (data: ArrayLike<number>) =>
  Math.sqrt(Array.from(data).reduce((sum, value) => sum + value * value, 0));

describe('impact', () => {
  it.each([true, false])('is the ratio of norms (thin factors: %s)', (isLowRank) => {
    const tensors = moduleOf(3);
    const weight = tensor(SHAPE, 9);
    const network = { name: 'x' } as SlotChange['lora'];
    const module = {
      isLowRank,
      tensors,
      lowRank: () => kind.lowRank!(tensors, SHAPE),
    } as unknown as SlotChange['module'];
    const slot = { path: 'a.b', part: 'weight', shape: SHAPE } as unknown as WeightSlot;
    const changes = new Map([[0, [{ lora: network, module, strength: -0.5 }]]]);
    const [impact] = measureImpact([slot], changes, network, () => weight, new Map());
    const delta = kind.delta!(tensors, weight);
    if (!delta.ok) throw new Error(delta.problem.message);
    expect(impact.path).toBe('a.b');
    expect(impact.ratio).toBeCloseTo((0.5 * norm(delta.value)) / norm(weight.data), 6);
  });
});

describe('similarity', () => {
  it('is 1 for the same network and -1 for its opposite', () => {
    const a = factorsOf(moduleOf(3));
    const opposite = { ...a, scale: -a.scale };
    expect(similarity([[a, a]])).toBeCloseTo(1, 12);
    expect(similarity([[a, opposite]])).toBeCloseTo(-1, 12);
    expect(similarity([])).toBeUndefined();
  });

  it('is the cosine of the whole changes', () => {
    const [left, right] = [moduleOf(3), moduleOf(77)];
    const weight = tensor(SHAPE, 9);
    const [a, b] = [left, right].map((tensors) => {
      const delta = kind.delta!(tensors, weight);
      return delta.ok ? [...delta.value] : [];
    });
    const dot = a.reduce((sum, value, index) => sum + value * b[index], 0);
    expect(similarity([[factorsOf(left), factorsOf(right)]])).toBeCloseTo(dot / (norm(a) * norm(b)), 6);
  });
});
