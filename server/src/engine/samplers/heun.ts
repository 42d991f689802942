import { combine, direction } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** Heun's method: the mean of the directions at both ends of a step (Karras et al. 2022, algorithm 2 without churn). */
export const heun: SigmaSampler = {
  name: 'Heun',
  schedule: 'Uniform',
  evaluations: 2,
  space: 'sigma',
  sample,
};

async function* sample({ x, sigmas, denoise }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    const first = direction(x, denoised, sigma);
    const length = next - sigma;
    const there = combine([1, x], [length, first]);
    if (next === 0) {
      x = there;
    } else {
      const second = direction(there, await denoise(there, next), next);
      x = combine([1, x], [length / 2, first], [length / 2, second]);
    }
    yield { step, of, sigma, denoised };
  }
  return x;
}
