import { builtInSampler } from '../../shared/catalogue/samplers';
import { ancestralStep, combine, direction, middleLevel } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** DPM-Solver++ (2S): second order from one extra model run at the middle of each step, with ancestral noise. */
export const dpmpp2sAncestral: SigmaSampler = {
  ...builtInSampler('DPM++ 2S a'),
  space: 'sigma',
  sample,
};

async function* sample({ x, sigmas, denoise, noise, eta, settings }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  const noiseScale = settings?.s_noise ?? 1;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    const { down, up } = ancestralStep(sigma, next, eta);
    if (down === 0) {
      x = combine([1, x], [down - sigma, direction(x, denoised, sigma)]);
    } else {
      const middle = middleLevel(sigma, down);
      const there = combine([middle / sigma, x], [1 - middle / sigma, denoised]);
      const second = await denoise(there, middle);
      x = combine([down / sigma, x], [1 - down / sigma, second]);
    }
    if (next > 0) x = combine([1, x], [up * noiseScale, noise()]);
    yield { step, of, sigma, denoised };
  }
  return x;
}
