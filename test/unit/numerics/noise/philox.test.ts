import { describe, it } from 'vitest';
import { createPhiloxNoise } from '../../../../server/src/numerics/noise/philox';
import { expectClose, golden } from '../../engine/golden';

interface Case {
  seed: number;
  n: number;
  call0_first8: number[];
  call0_last4: number[];
  call1_first4: number[];
  call0_abs_sum: number;
}
const data = golden<{ documented_seed0_shape3x4: number[][]; cases: Case[] }>('noise/philox_golden.json');
const TOLERANCE = 1e-5;

describe('Philox noise', () => {
  it('gives the documented numbers of seed 0', () => {
    expectClose(createPhiloxNoise(0).randn([3, 4]), data.documented_seed0_shape3x4.flat(), TOLERANCE);
  });

  it.each(data.cases)('seed $seed, two draws of $n', (row) => {
    const source = createPhiloxNoise(row.seed);
    const first = source.randn([row.n]);
    expectClose(first.subarray(0, 8), row.call0_first8, TOLERANCE, 'first');
    expectClose(first.subarray(-4), row.call0_last4, TOLERANCE, 'last');
    expectClose([first.reduce((sum, value) => sum + Math.abs(value), 0)], [row.call0_abs_sum], 1e-6, 'sum');
    expectClose(source.randn([row.n]).subarray(0, 4), row.call1_first4, TOLERANCE, 'second draw');
  });
});
