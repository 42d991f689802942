import { describe, expect, it } from 'vitest';
import type { ModuleTensors } from '../../../../server/src/engine/lora/kinds/kind';
import { lokr } from '../../../../server/src/engine/lora/kinds/lokr';
import { sizeOf, type Tensor64 } from '../../../../server/src/engine/lora/tensor';
import { numbers } from '../support';
import { expectThin } from './lowRankFactors';

const tensor = (shape: readonly number[], seed: number): Tensor64 => ({
  shape,
  data: Float64Array.from(numbers(sizeOf(shape), seed), Math.fround),
});

/** A LoKr of the given tensors' shapes, by role without `lokr_`. */
function network(
  shapes: Readonly<Record<string, readonly number[]>>,
  peft?: ModuleTensors['peft'],
): ModuleTensors {
  const tensors = new Map<string, Tensor64>([['alpha', { shape: [], data: Float64Array.of(3) }]]);
  for (const [seed, [role, shape]] of Object.entries(shapes).entries())
    tensors.set(`lokr_${role}`, tensor(shape, seed + 1));
  return { has: (name) => tensors.has(name), get: (name) => tensors.get(name), peft };
}

describe('LoKr as low-rank factors', () => {
  it.each([
    ['whole by factors', [6, 10], { w1: [2, 2], w2_a: [3, 2], w2_b: [2, 5] }, 4],
    ['whole and wide by factors', [4, 15], { w1: [2, 5], w2_a: [2, 1], w2_b: [1, 3] }, 2],
    ['whole and high by factors', [15, 4], { w1: [5, 2], w2_a: [3, 1], w2_b: [1, 2] }, 2],
    ['factors by factors', [12, 20], { w1_a: [4, 1], w1_b: [1, 5], w2_a: [3, 2], w2_b: [2, 4] }, 2],
    ['factors by whole', [12, 6], { w1_a: [4, 2], w1_b: [2, 3], w2: [3, 2] }, 4],
    ['whole by whole', [6, 6], { w1: [2, 3], w2: [3, 2] }, 4],
    ['a kernel', [6, 4, 3, 3], { w1: [2, 2], w2_a: [3, 2], w2_b: [2, 18] }, 4],
    ['a whole kernel', [6, 4, 3, 3], { w1: [2, 2], w2: [3, 2, 3, 3] }, 6],
  ] as const)('%s: of a weight %j are what the kind does to it', (_, shape, shapes, rank) => {
    expectThin(lokr, network(shapes), shape, rank);
  });

  it('are not made of Tucker kernels, nor where there would be too many', () => {
    const core = { w1: [2, 2], w2_a: [2, 3], w2_b: [2, 2], t2: [2, 2, 3, 3] };
    expect(lokr.isThin!(network(core))).toBe(false);
    expect(lokr.isThin!(network({ w1: [8, 8], w2_a: [160, 17], w2_b: [17, 160] }))).toBe(false);
    expect(lokr.isThin!(network({ w1: [8, 8], w2: [40, 40] }))).toBe(false);
    expect(lokr.isThin!(network({ w1: [8, 8], w2_a: [160, 16], w2_b: [16, 160] }))).toBe(true);
  });

  it('are scaled as PEFT says, even where both sides are whole', () => {
    const scaleOf = (module: ModuleTensors) => {
      const made = lokr.lowRank!(module, [6, 6]);
      return made.ok && made.value.scale;
    };
    const whole = { w1: [2, 3], w2: [3, 2] };
    expect(scaleOf(network(whole))).toBe(1);
    expect(scaleOf(network(whole, { rank: 2, rslora: false }))).toBe(1.5);
  });

  it('say what does not fit', () => {
    const message = (module: ModuleTensors, shape: number[]) => {
      const made = lokr.lowRank!(module, shape);
      return made.ok ? 'made' : made.problem.message;
    };
    expect(message(network({ w1: [2, 2], w2: [3, 5] }), [6, 9])).toContain('6×10');
    expect(message(network({ w1: [2, 2], w2_a: [3, 2], w2_b: [1, 5] }), [6, 10])).toContain('missing');
  });
});
