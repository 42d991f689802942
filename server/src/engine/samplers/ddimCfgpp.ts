import { builtInSampler } from '../../shared/catalogue/samplers';
import { ddim } from './ddim';
import type { TimestepSampler } from './sampler';

/**
 * DDIM with CFG++ (Chung et al. 2024): the step back to noise follows the prediction for the negative prompt instead of
 * the guided one. CFG scales from 0 to 12.5 stand for 0 to 1.
 */
export const ddimCfgpp: TimestepSampler = {
  ...ddim,
  ...builtInSampler('DDIM CFG++'),
  guidanceFactor: 1 / 12.5,
  needsUnconditioned: true,
};
