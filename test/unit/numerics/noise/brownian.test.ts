import { describe, expect, it } from 'vitest';
import { createBrownianNoise } from '../../../../server/src/numerics/noise/brownian';
import { createNoise } from '../../../../server/src/numerics/noise/kinds';
import { generateState } from '../../../../server/src/numerics/noise/seedSequence';
import { expectClose, golden } from '../../engine/golden';

interface Data {
  seed_sequences: {
    entropy: number;
    spawn_key: number[] | null;
    pool_size: number;
    generate_state4: number[];
  }[];
  trees: {
    sigma_min: number;
    sigma_max: number;
    shape: number[];
    entropy: number;
    queries: { sigma: number; sigma_next: number; noise_first8: number[] }[];
  }[];
}
const data = golden<Data>('noise/brownian_golden.json');

describe('seed sequence', () => {
  it.each(data.seed_sequences)('entropy $entropy, key $spawn_key', (row) => {
    const state = generateState(
      { entropy: row.entropy, spawnKey: row.spawn_key ?? [], poolSize: row.pool_size },
      row.generate_state4.length,
    );
    expect([...state]).toEqual(row.generate_state4);
  });
});

describe.each(data.trees)('Brownian path, entropy $entropy', (tree) => {
  const create = () =>
    createBrownianNoise({
      sigmaMin: tree.sigma_min,
      sigmaMax: tree.sigma_max,
      entropy: tree.entropy,
      randn: (seed) => createNoise('CPU', seed).randn(tree.shape),
    });

  it('gives the noise of every step', () => {
    const noise = create();
    for (const { sigma, sigma_next, noise_first8 } of tree.queries)
      expectClose(noise(sigma, sigma_next).subarray(0, 8), noise_first8, 1e-5, `${sigma} to ${sigma_next}`);
  });

  it('does not depend on the order of the questions', () => {
    const noise = create();
    for (const { sigma, sigma_next, noise_first8 } of tree.queries.toReversed())
      expectClose(noise(sigma, sigma_next).subarray(0, 8), noise_first8, 1e-5, `${sigma} to ${sigma_next}`);
  });
});
