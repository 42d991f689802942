import { builtInSampler } from '../../shared/catalogue/samplers';
import { combine, direction, type Term } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

const ORDER = 4;

/** Linear multistep (Adams-Bashforth on uneven steps): a polynomial through the last four directions, integrated. */
export const lms: SigmaSampler = {
  ...builtInSampler('LMS'),
  space: 'sigma',
  sample,
};

async function* sample({ x, sigmas, denoise, passed = [] }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  // diffusers weighs a direction as if there had been those of the levels passed over.
  const levels = [...passed, ...sigmas];
  let directions: Float32Array[] = [];
  for (let step = 0; step < of; step++) {
    const sigma = sigmas[step]!;
    const denoised = await denoise(x, sigma);
    directions = [direction(x, denoised, sigma), ...directions].slice(0, ORDER);
    const place = passed.length + step;
    const order = Math.min(place + 1, ORDER);
    const terms = directions.map((d, j): Term => [coefficient(levels, place, order, j), d]);
    x = combine([1, x], ...terms);
    yield { step, of, sigma, denoised };
  }
  return x;
}

/**
 * Integral over the step of the Lagrange polynomial that is 1 at the level `j` steps back and 0 at the others. Two Gauss
 * points are exact up to third degree, which four directions need.
 */
function coefficient(sigmas: readonly number[], step: number, order: number, j: number): number {
  const basis = (at: number) => {
    let product = 1;
    for (let k = 0; k < order; k++)
      if (k !== j) product *= (at - sigmas[step - k]!) / (sigmas[step - j]! - sigmas[step - k]!);
    return product;
  };
  const half = (sigmas[step + 1]! - sigmas[step]!) / 2;
  const centre = (sigmas[step + 1]! + sigmas[step]!) / 2;
  const offset = half / Math.sqrt(3);
  return half * (basis(centre - offset) + basis(centre + offset));
}
