import { combine } from './latents';
import type { SigmaRun } from './sampler';

/** Largest share by which one step raises the noise level (Karras et al. 2022, algorithm 2). */
const LARGEST_RISE = Math.SQRT2 - 1;

/**
 * Raises latents from one noise level to a higher one before a step, by `s_churn` between `s_tmin` and `s_tmax`. The web
 * UI draws noise for every step, whether it is used or not.
 * @returns the latents and their noise level, both unchanged without churn.
 */
export function churned(
  { sigmas, settings, noise }: Pick<SigmaRun, 'sigmas' | 'settings' | 'noise'>,
  x: Float32Array,
  sigma: number,
): { x: Float32Array; sigma: number } {
  const { s_churn: churn = 0, s_tmin: low = 0, s_tmax: high = 0, s_noise: scale = 1 } = settings ?? {};
  if (churn === 0) return { x, sigma };
  const { fround } = Math;
  const fresh = noise();
  const isInside = low <= sigma && sigma <= (high === 0 ? Number.POSITIVE_INFINITY : high);
  const rise = isInside ? Math.min(churn / (sigmas.length - 1), LARGEST_RISE) : 0;
  if (rise === 0) return { x, sigma };
  const raised = fround(sigma * (rise + 1));
  const spread = fround(Math.sqrt(fround(fround(raised ** 2) - fround(sigma ** 2))));
  return { x: combine([1, x], [fround(spread * scale), fresh]), sigma: raised };
}
