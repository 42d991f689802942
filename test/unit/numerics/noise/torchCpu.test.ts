import { describe, expect, it } from 'vitest';
import { createMersenneTwister } from '../../../../server/src/numerics/noise/mersenneTwister';
import { createTorchCpuNoise } from '../../../../server/src/numerics/noise/torchCpu';
import { expectClose, golden } from '../../engine/golden';

interface Latent {
  first8: number[];
  last8: number[];
  idx_5000_8?: number[];
  sum_f64: number;
  abs_sum_f64: number;
}
interface Case {
  seed: number;
  rand_float32_first8: number[];
  rand_float64_first4: number[];
  [key: string]: unknown;
}
const data = golden<{ cases: Case[]; numpy_mt19937_seed0_uint32_first8: number[] }>(
  'noise/torch_rng_golden.json',
);
const TOLERANCE = 1e-6;

describe('Mersenne twister', () => {
  it('gives the reference words', () => {
    const twister = createMersenneTwister(0);
    expect(data.numpy_mt19937_seed0_uint32_first8.map(() => twister.next())).toEqual(
      data.numpy_mt19937_seed0_uint32_first8,
    );
  });
});

describe.each(data.cases)('torch CPU noise, seed $seed', (row) => {
  it('draws uniform numbers', () => {
    expectClose(createTorchCpuNoise(row.seed).rand(8), row.rand_float32_first8, 1e-7);
    expectClose(createTorchCpuNoise(row.seed).rand64(4), row.rand_float64_first4, 1e-15);
  });

  const single = Object.keys(row).filter((key) => /^randn_\d+$/.test(key));
  it.each(single)('%s', (key) => {
    const count = Number(key.slice('randn_'.length));
    expectClose(createTorchCpuNoise(row.seed).randn([count]), row[key] as number[], TOLERANCE);
  });

  const streams = Object.keys(row).filter((key) => key.includes('_then_'));
  it.each(streams)('%s', (key) => {
    const source = createTorchCpuNoise(row.seed);
    for (const draw of row[key] as number[][]) expectClose(source.randn([draw.length]), draw, TOLERANCE, key);
  });

  const latents = Object.keys(row).filter((key) => key.startsWith('latent_'));
  it.each(latents)('%s', (key) => {
    const wanted = row[key] as Latent;
    const values = createTorchCpuNoise(row.seed).randn(key.slice('latent_'.length).split('x').map(Number));
    expectClose(values.subarray(0, 8), wanted.first8, TOLERANCE, 'first');
    expectClose(values.subarray(-8), wanted.last8, TOLERANCE, 'last');
    if (wanted.idx_5000_8) expectClose(values.subarray(5000, 5008), wanted.idx_5000_8, TOLERANCE, 'middle');
    const sum = values.reduce((total, value) => total + value, 0);
    const absolute = values.reduce((total, value) => total + Math.abs(value), 0);
    expectClose([sum, absolute], [wanted.sum_f64, wanted.abs_sum_f64], 1e-4, 'sums');
  });
});
