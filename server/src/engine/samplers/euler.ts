import { combine, direction } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** Euler's method on the probability-flow equation (Karras et al. 2022, algorithm 2 without churn). */
export const euler: SigmaSampler = {
  name: 'Euler',
  schedule: 'Uniform',
  evaluations: 1,
  space: 'sigma',
  sample,
};

async function* sample({ x, sigmas, denoise }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    x = combine([1, x], [next - sigma, direction(x, denoised, sigma)]);
    yield { step, of, sigma, denoised };
  }
  return x;
}
