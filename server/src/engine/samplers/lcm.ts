import { builtInSampler } from '../../shared/catalogue/samplers';
import { combine } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

const SIGMA_DATA = 0.5;
/** Timesteps count ten-fold in the boundary condition of latent consistency models. */
const TIMESTEP_SCALING = 10;

/** Latent consistency sampling: jump to the clean picture, add noise back to the next level. For distilled models. */
export const lcm: SigmaSampler = {
  ...builtInSampler('LCM'),
  space: 'sigma',
  ownSchedule: 'lcm',
  sample,
};

async function* sample({ x, sigmas, denoise, noise, timestepOf }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const predicted = await denoise(x, sigma);
    const time = timestepOf(sigma) * TIMESTEP_SCALING;
    const skip = SIGMA_DATA ** 2 / (time ** 2 + SIGMA_DATA ** 2);
    const out = time / Math.sqrt(time ** 2 + SIGMA_DATA ** 2);
    const denoised = combine([out, predicted], [skip / Math.sqrt(sigma ** 2 + 1), x]);
    x = next > 0 ? combine([1, denoised], [next, noise()]) : denoised;
    yield { step, of, sigma, denoised };
  }
  return x;
}
