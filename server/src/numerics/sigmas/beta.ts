import { linspace } from './noiseTable';
import { betaQuantile } from './quantile';
import { endsOf, type Schedule } from './schedule';

/** Both parameters of the distribution, the web UI's and diffusers' defaults. */
const SHAPE = 0.6;

/** Noise levels at even quantiles of a beta distribution (Beta Sampling, Lee et al. 2024): dense at both ends. */
export const beta: Schedule = {
  name: 'Beta',
  sigmas(request) {
    const { low, high } = endsOf(request);
    const { alpha = SHAPE, beta: b = SHAPE } = request;
    return [...betaRamp(low, high, request.steps, alpha, b), 0];
  },
};

/** The beta ramp between two noise levels, without the closing zero. */
export function betaRamp(
  sigmaMin: number,
  sigmaMax: number,
  steps: number,
  alpha = SHAPE,
  beta = SHAPE,
): number[] {
  return linspace(1, 0, steps).map(
    (share) => sigmaMin + betaQuantile(share, alpha, beta) * (sigmaMax - sigmaMin),
  );
}
