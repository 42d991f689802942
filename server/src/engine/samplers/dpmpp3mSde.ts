import { builtInSampler } from '../../shared/catalogue/samplers';
import { sampleMultistep } from './dpmppMultistep';
import type { SigmaSampler } from './sampler';

/** DPM-Solver++ (3M) for the stochastic equation: three outputs, Brownian noise. */
export const dpmpp3mSde: SigmaSampler = {
  ...builtInSampler('DPM++ 3M SDE'),
  space: 'sigma',
  wholeTimesteps: true,
  discardsPenultimate: true,
  sample: (run) => sampleMultistep(run, { order: 3, eta: 1, second: 'heun' }),
};
