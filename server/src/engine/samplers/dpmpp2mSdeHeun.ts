import { sampleMultistep } from './dpmppMultistep';
import type { SigmaSampler } from './sampler';

/** DPM++ 2M SDE with the other second-order term. */
export const dpmpp2mSdeHeun: SigmaSampler = {
  name: 'DPM++ 2M SDE Heun',
  schedule: 'Exponential',
  evaluations: 1,
  space: 'sigma',
  wholeTimesteps: true,
  sample: (run) => sampleMultistep(run, { order: 2, eta: 1, second: 'heun' }),
};
