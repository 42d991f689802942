import { builtInSampler } from '../../shared/catalogue/samplers';
import { sampleMultistep } from './dpmppMultistep';
import type { SigmaSampler } from './sampler';

/** DPM-Solver++ (2M) for the stochastic equation, with Brownian noise. */
export const dpmpp2mSde: SigmaSampler = {
  ...builtInSampler('DPM++ 2M SDE'),
  space: 'sigma',
  wholeTimesteps: true,
  sample: (run) => sampleMultistep(run, { order: 2, eta: 1, second: 'midpoint' }),
};
