import { builtInSampler } from '../../shared/catalogue/samplers';
import { sampleMultistep } from './dpmppMultistep';
import type { SigmaSampler } from './sampler';

/** DPM-Solver++ (2M): second order from the output of the step before, one model run a step. */
export const dpmpp2m: SigmaSampler = {
  ...builtInSampler('DPM++ 2M'),
  space: 'sigma',
  wholeTimesteps: true,
  sample: (run) => sampleMultistep(run, { order: 2, eta: 0, second: 'midpoint' }),
};
