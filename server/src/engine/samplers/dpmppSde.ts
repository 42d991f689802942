import { expFloat32 } from '../../numerics/sigmas/float32';
import { builtInSampler } from '../../shared/catalogue/samplers';
import { ancestralStep, combine, direction } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** DPM-Solver++ (stochastic): two model runs a step, Brownian noise at the middle and at the end of each. */
export const dpmppSde: SigmaSampler = {
  ...builtInSampler('DPM++ SDE'),
  space: 'sigma',
  sample,
};

async function* sample({ x, sigmas, denoise, brownian, eta, settings }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  const noiseScale = settings?.s_noise ?? 1;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    if (next === 0) {
      x = combine([1, x], [next - sigma, direction(x, denoised, sigma)]);
    } else {
      const [start, middle, end] = levelsOf(sigma, next);
      const half = ancestralStep(sigma, middle, eta);
      const there = combine(
        [half.down / sigma, x],
        [1 - half.down / sigma, denoised],
        [half.up * noiseScale, brownian(start, middle)],
      );
      const second = await denoise(there, middle);
      const whole = ancestralStep(sigma, next, eta);
      x = combine(
        [whole.down / sigma, x],
        [1 - whole.down / sigma, second],
        [whole.up * noiseScale, brownian(start, end)],
      );
    }
    yield { step, of, sigma, denoised };
  }
  return x;
}

/**
 * A step's start, its middle in t = -ln sigma, and its end, as they come back from t. Rounded to float32 after each
 * operation as k-diffusion's tensors are: a Brownian path has another value at the smallest difference in time.
 */
function levelsOf(sigma: number, next: number): [start: number, middle: number, end: number] {
  const { fround } = Math;
  const [from, to] = [fround(-Math.log(sigma)), fround(-Math.log(next))];
  const middle = fround(from + fround(fround(to - from) * 0.5));
  return [expFloat32(-from), expFloat32(-middle), expFloat32(-to)];
}
