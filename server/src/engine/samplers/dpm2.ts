import { builtInSampler } from '../../shared/catalogue/samplers';
import { churned } from './churn';
import { combine, direction, middleLevel } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** DPM-Solver-2 in k-diffusion's form: the direction at the geometric middle of the step leads over the whole of it. */
export const dpm2: SigmaSampler = {
  ...builtInSampler('DPM2'),
  space: 'sigma',
  discardsPenultimate: true,
  sample,
};

async function* sample(run: SigmaRun): SamplerRun {
  const { sigmas, denoise } = run;
  const of = sigmas.length - 1;
  let { x } = run;
  for (let step = 0; step < of; step++) {
    const next = sigmas[step + 1]!;
    const { sigma, x: start } = churned(run, x, sigmas[step]!);
    const denoised = await denoise(start, sigma);
    const first = direction(start, denoised, sigma);
    if (next === 0) {
      x = combine([1, start], [next - sigma, first]);
    } else {
      const middle = middleLevel(sigma, next);
      const there = combine([1, start], [middle - sigma, first]);
      const second = direction(there, await denoise(there, middle, 'between'), middle);
      x = combine([1, start], [next - sigma, second]);
    }
    yield { step, of, sigma, denoised };
  }
  return x;
}
