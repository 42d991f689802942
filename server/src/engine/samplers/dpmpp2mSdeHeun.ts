import { builtInSampler } from '../../shared/catalogue/samplers';
import { sampleMultistep } from './dpmppMultistep';
import type { SigmaSampler } from './sampler';

/** DPM++ 2M SDE with the other second-order term. */
export const dpmpp2mSdeHeun: SigmaSampler = {
  ...builtInSampler('DPM++ 2M SDE Heun'),
  space: 'sigma',
  wholeTimesteps: true,
  sample: (run) => sampleMultistep(run, { order: 2, eta: 1, second: 'heun' }),
};
