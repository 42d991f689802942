import { builtInSampler } from '../../shared/catalogue/samplers';
import { ancestralStep, combine, direction } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** Euler's method down to below the next level, then fresh noise up to it: never settles, changes with the step count. */
export const eulerAncestral: SigmaSampler = {
  ...builtInSampler('Euler a'),
  space: 'sigma',
  sample,
};

async function* sample({ x, sigmas, denoise, noise, eta }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    const { down, up } = ancestralStep(sigma, next, eta);
    x = combine([1, x], [down - sigma, direction(x, denoised, sigma)]);
    if (next > 0) x = combine([1, x], [up, noise()]);
    yield { step, of, sigma, denoised };
  }
  return x;
}
