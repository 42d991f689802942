import { builtInSampler } from '../../shared/catalogue/samplers';
import { churned } from './churn';
import { combine, direction } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** Euler's method on the probability-flow equation (Karras et al. 2022, algorithm 2 without the second order). */
export const euler: SigmaSampler = {
  ...builtInSampler('Euler'),
  space: 'sigma',
  sample,
};

async function* sample(run: SigmaRun): SamplerRun {
  const { sigmas, denoise } = run;
  const of = sigmas.length - 1;
  let { x } = run;
  for (let step = 0; step < of; step++) {
    const next = sigmas[step + 1]!;
    const from = churned(run, x, sigmas[step]!);
    const denoised = await denoise(from.x, from.sigma);
    x = combine([1, from.x], [next - from.sigma, direction(from.x, denoised, from.sigma)]);
    yield { step, of, sigma: from.sigma, denoised };
  }
  return x;
}
