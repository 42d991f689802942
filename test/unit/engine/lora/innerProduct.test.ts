import { describe, expect, it } from 'vitest';
import type { SlotChange } from '../../../../server/src/engine/lora/assign';
import { measureImpact } from '../../../../server/src/engine/lora/impact';
import { type Change, innerProduct, squaredNorm } from '../../../../server/src/engine/lora/innerProduct';
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

const thin = (seed: number, strength = 1): Change => {
  const factors = factorsOf(moduleOf(seed));
  return { kind: 'thin', factors, rank: factors.rank, strength };
};
const dense = (seed: number): Change => {
  const delta = kind.delta!(moduleOf(seed), tensor(SHAPE, 9));
  if (!delta.ok) throw new Error(delta.problem.message);
  return { kind: 'dense', data: delta.value };
};

describe('the inner product of two changes', () => {
  it('is that of all their numbers, whichever way they are stored', () => {
    const [a, b] = [dense(3), dense(77)].map((change) => (change.kind === 'dense' ? change.data : []));
    const dot = [...a].reduce((sum, value, index) => sum + value * b[index], 0);
    expect(innerProduct(thin(3), thin(77))).toBeCloseTo(dot, 6);
    expect(innerProduct(thin(3, -0.5), dense(77))).toBeCloseTo(-0.5 * dot, 6);
    expect(innerProduct(dense(3), thin(77, 2))).toBeCloseTo(2 * dot, 6);
    expect(Math.sqrt(squaredNorm(thin(3)))).toBeCloseTo(norm(a), 6);
    expect(Math.sqrt(squaredNorm(dense(3)))).toBeCloseTo(norm(a), 12);
  });

  it('counts only the ranks that are used', () => {
    const factors = factorsOf(moduleOf(3));
    const first = { ...factors, rank: 1, down: factors.down.subarray(0, 4), up: factors.up.subarray(0, 6) };
    const cut: Change = { kind: 'thin', factors, rank: 1, strength: 1 };
    expect(squaredNorm(cut)).toBeCloseTo(
      squaredNorm({ kind: 'thin', factors: first, rank: 1, strength: 1 }),
      9,
    );
  });
});
