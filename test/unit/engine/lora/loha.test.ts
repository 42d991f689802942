import { describe, expect, it } from 'vitest';
import type { ModuleTensors } from '../../../../server/src/engine/lora/kinds/kind';
import { loha } from '../../../../server/src/engine/lora/kinds/loha';
import { sizeOf, type Tensor64 } from '../../../../server/src/engine/lora/tensor';
import { numbers } from '../support';
import { expectThin } from './lowRankFactors';

const tensor = (shape: number[], seed: number): Tensor64 => ({
  shape,
  data: Float64Array.from(numbers(sizeOf(shape), seed), Math.fround),
});

/** A LoHa for a weight of that shape; `more` replaces and adds tensors. */
function network(
  shape: number[],
  [r1, r2]: readonly [number, number],
  more: Readonly<Record<string, Tensor64>> = {},
): ModuleTensors {
  const width = sizeOf(shape.slice(1));
  const tensors: Record<string, Tensor64> = {
    hada_w1_a: tensor([shape[0]!, r1], 1),
    hada_w1_b: tensor([r1, width], 2),
    hada_w2_a: tensor([shape[0]!, r2], 3),
    hada_w2_b: tensor([r2, width], 4),
    alpha: { shape: [], data: Float64Array.of(2) },
    ...more,
  };
  return { has: (name) => name in tensors, get: (name) => tensors[name] };
}

describe('LoHa as low-rank factors', () => {
  it.each([
    [
      [6, 5],
      [2, 2],
    ],
    [
      [4, 9],
      [3, 2],
    ],
    [
      [3, 4, 3, 3],
      [8, 8],
    ],
    [
      [5, 2, 1, 1],
      [1, 1],
    ],
  ] as const)('of a weight %j, ranks %j, are what the kind does to it', (sides, ranks) => {
    const shape = [...sides];
    expectThin(loha, network(shape, ranks), shape, ranks[0] * ranks[1]);
  });

  it('are not made of Tucker kernels, nor where there would be too many', () => {
    expect(loha.isThin!(network([4, 4, 3, 3], [2, 2], { hada_t1: tensor([2, 2, 3, 3], 5) }))).toBe(false);
    expect(loha.isThin!(network([90, 90], [9, 8]))).toBe(false);
  });

  it('say what does not fit', () => {
    const codes = (module: ModuleTensors, shape: number[]) => {
      const made = loha.lowRank!(module, shape);
      return made.ok ? 'made' : made.problem.message;
    };
    expect(codes(network([6, 5], [2, 2]), [6, 4])).toContain('6×5');
    expect(codes(network([6, 5], [2, 2], { hada_w2_b: tensor([2, 4], 4) }), [6, 5])).toContain(
      'differ in shape',
    );
    expect(codes(network([6, 5], [2, 2], { hada_w2_a: tensor([5, 2], 4) }), [6, 5])).toContain(
      'differ in shape',
    );
    expect(codes(network([6, 5], [2, 2], { hada_w1_a: tensor([6, 3], 4) }), [6, 5])).toContain('rank');
  });
});
