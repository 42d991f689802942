import { builtInSampler } from '../../shared/catalogue/samplers';
import { combine } from './latents';
import type { SamplerRun, TimestepRun, TimestepSampler } from './sampler';

/** Trajectory consistency distillation (Zheng et al. 2024): jump below the next level by `eta`, add noise up to it. */
export const tcd: TimestepSampler = {
  ...builtInSampler('TCD'),
  space: 'timestep',
  timesteps: 'lcm',
  eta: 0.3,
  sample,
};

async function* sample({ x, transfers, predict, noise, alphaAt, eta }: TimestepRun): SamplerRun {
  const of = transfers.length;
  for (const [step, { timestep, timestepNext, alpha, alphaNext }] of transfers.entries()) {
    const { denoised, epsilon } = await predict(x, timestep);
    const alphaBelow = alphaAt(Math.floor((1 - eta) * Math.max(0, timestepNext)));
    x = combine([Math.sqrt(alphaBelow), denoised], [Math.sqrt(1 - alphaBelow), epsilon]);
    if (eta > 0 && step < of - 1) {
      const share = alphaNext / alphaBelow;
      x = combine([Math.sqrt(share), x], [Math.sqrt(1 - share), noise()]);
    }
    yield { step, of, sigma: Math.sqrt((1 - alpha) / alpha), denoised };
  }
  return x;
}
