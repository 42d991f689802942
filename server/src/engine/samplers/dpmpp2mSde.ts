import { sampleMultistep } from './dpmppMultistep';
import type { SigmaSampler } from './sampler';

/** DPM-Solver++ (2M) for the stochastic equation, with Brownian noise. */
export const dpmpp2mSde: SigmaSampler = {
  name: 'DPM++ 2M SDE',
  schedule: 'Exponential',
  evaluations: 1,
  space: 'sigma',
  wholeTimesteps: true,
  sample: (run) => sampleMultistep(run, { order: 2, eta: 1, second: 'midpoint' }),
};
