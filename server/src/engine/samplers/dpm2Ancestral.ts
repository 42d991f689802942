import { builtInSampler } from '../../shared/catalogue/samplers';
import { ancestralStep, combine, direction, middleLevel } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** DPM2 down to below the next level, then fresh noise up to it. */
export const dpm2Ancestral: SigmaSampler = {
  ...builtInSampler('DPM2 a'),
  space: 'sigma',
  discardsPenultimate: true,
  sample,
};

async function* sample({ x, sigmas, denoise, noise, eta, settings }: SigmaRun): SamplerRun {
  const of = sigmas.length - 1;
  const noiseScale = settings?.s_noise ?? 1;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    const { down, up } = ancestralStep(sigma, next, eta);
    const first = direction(x, denoised, sigma);
    if (down === 0) {
      x = combine([1, x], [down - sigma, first]);
    } else {
      const middle = middleLevel(sigma, down);
      const there = combine([1, x], [middle - sigma, first]);
      const second = direction(there, await denoise(there, middle, 'between'), middle);
      x = combine([1, x], [down - sigma, second], [up * noiseScale, noise()]);
    }
    yield { step, of, sigma, denoised };
  }
  return x;
}
