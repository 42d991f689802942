import { builtInSampler } from '../../shared/catalogue/samplers';
import { combine } from './latents';
import type { SamplerRun, TimestepRun, TimestepSampler } from './sampler';

/** DDIM (Song et al. 2020, equation 12). Without fresh noise (eta 0) the seed alone decides the picture. */
export const ddim: TimestepSampler = {
  ...builtInSampler('DDIM'),
  space: 'timestep',
  timesteps: 'ddim',
  sample,
};

async function* sample({ x, transfers, predict, noise, eta }: TimestepRun): SamplerRun {
  const of = transfers.length;
  for (const [step, { timestep, alpha, alphaNext }] of transfers.entries()) {
    const { denoised, epsilon, epsilonUnconditioned = epsilon } = await predict(x, timestep);
    const variance = ((1 - alphaNext) / (1 - alpha)) * (1 - alpha / alphaNext);
    const spread = eta * Math.sqrt(variance);
    x = combine(
      [Math.sqrt(alphaNext), denoised],
      [Math.sqrt(Math.max(0, 1 - alphaNext - spread ** 2)), epsilonUnconditioned],
    );
    if (eta > 0) x = combine([1, x], [spread, noise()]);
    yield { step, of, sigma: Math.sqrt((1 - alpha) / alpha), denoised };
  }
  return x;
}
