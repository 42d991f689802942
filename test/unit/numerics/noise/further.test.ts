import { describe, expect, it } from 'vitest';
import { createBrownianNoise } from '../../../../server/src/numerics/noise/brownian';
import { createNoise } from '../../../../server/src/numerics/noise/kinds';
import { createNoiseTable, findSchedule } from '../../../../server/src/numerics/sigmas';
import { expectClose, golden } from '../../engine/golden';

interface Data {
  torch: (
    | { seed: number; shape: number[]; first: number[]; second: number[] }
    | { seed: number; sizes: number[]; draws: number[][] }
  )[];
  philox: { seed: number; count: number; draws: number[][] }[];
  brownian: {
    seed: number;
    shape: number[];
    sigmaMin: number;
    sigmaMax: number;
    levels: number[];
    draws: number[][];
  }[];
  schedules: Record<string, Record<string, number[]>>;
}
/** Made by tools/noise-golden: odd shapes, seeds below 0 and beyond 32 bits, step counts from 1 to 150. */
const data = golden<Data>('noise/further.json');

describe('torch’s noise', () => {
  it.each(data.torch.map((row) => [`${row.seed} ${'shape' in row ? row.shape : row.sizes}`, row] as const))(
    'seed %s',
    (_, row) => {
      const source = createNoise('CPU', row.seed);
      if ('sizes' in row) {
        for (const [i, size] of row.sizes.entries())
          expectClose(source.randn([size]), row.draws[i]!, 1e-6, `draw ${i} of ${size}`);
        return;
      }
      expectClose(source.randn(row.shape).slice(0, 40), row.first, 1e-6);
      expectClose(source.randn(row.shape).slice(-20), row.second, 1e-6);
    },
  );
});

describe('Philox', () => {
  it.each(data.philox)('seed $seed, $count numbers', ({ seed, count, draws }) => {
    const source = createNoise('NV', seed);
    for (const draw of draws) expectClose(source.randn([count]), draw, 1e-6);
  });
});

describe('Brownian paths', () => {
  it.each(data.brownian)('seed $seed, shape $shape', ({ seed, shape, sigmaMin, sigmaMax, levels, draws }) => {
    const noise = createBrownianNoise({
      ...{ sigmaMin, sigmaMax, entropy: seed },
      randn: (nodeSeed) => createNoise('CPU', nodeSeed).randn(shape),
    });
    for (const [i, draw] of draws.entries())
      expectClose(noise(levels[i]!, levels[i + 1]!), draw, 1e-5, `step ${i}`);
  });
});

describe.each(Object.entries(data.schedules))('schedule %s', (name, byCount) => {
  const table = createNoiseTable();
  it.each(Object.entries(byCount))('%s steps', (steps, wanted) => {
    expectClose(findSchedule(name)!.sigmas({ table, steps: Number(steps) }), wanted, 1e-6);
  });
});

it('covers every kind', () => {
  expect(data.torch.length).toBeGreaterThan(80);
  expect(Object.keys(data.schedules)).toHaveLength(9);
});
