import { builtInSampler } from '../../shared/catalogue/samplers';
import { churned } from './churn';
import { combine, direction } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** Heun's method: the mean of the directions at both ends of a step (Karras et al. 2022, algorithm 2). */
export const heun: SigmaSampler = {
  ...builtInSampler('Heun'),
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
    x = await heunStep(from.x, from.sigma, next, denoised, denoise);
    yield { step, of, sigma: from.sigma, denoised };
  }
  return x;
}

/** One step of Heun's method; of Euler's to the last level, 0. */
export async function heunStep(
  x: Float32Array,
  sigma: number,
  next: number,
  denoised: Float32Array,
  denoise: SigmaRun['denoise'],
): Promise<Float32Array> {
  const first = direction(x, denoised, sigma);
  const length = next - sigma;
  const there = combine([1, x], [length, first]);
  if (next === 0) return there;
  const second = direction(there, await denoise(there, next), next);
  return combine([1, x], [length / 2, first], [length / 2, second]);
}
