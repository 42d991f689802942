import { roundToHalf } from '../../numerics/half';
import { combine } from './latents';
import type { Prediction } from './sampler';

/** What a model's output means: the noise, the velocity √a·noise − √(1−a)·x0, or the clean latents themselves. */
export type PredictionType = 'epsilon' | 'v_prediction' | 'sample';

/** The clean latents a model's output stands for, about latents `x` in the variance-exploding form. */
export function denoisedOf(
  type: PredictionType,
  x: Float32Array,
  output: Float32Array,
  sigma: number,
): Float32Array {
  switch (type) {
    case 'epsilon':
      return combine([1, x], [-sigma, output]);
    case 'v_prediction': {
      const square = Math.fround(Math.fround(sigma ** 2) + 1);
      return combine([1 / square, x], [-sigma / Math.fround(Math.sqrt(square)), output]);
    }
    case 'sample':
      return output;
  }
}

/** Square roots of the shares of signal and noise, rounded where the noise table is in half precision. */
export function rootsOf(alpha: number, isHalf = false): { signal: number; spread: number } {
  if (!isHalf) return { signal: Math.sqrt(alpha), spread: Math.sqrt(1 - alpha) };
  const round = roundToHalf;
  return { signal: round(Math.sqrt(alpha)), spread: round(Math.sqrt(round(1 - alpha))) };
}

/** Clean latents and noise a model's output stands for, about latents `x` in the variance-preserving form. */
export function predictionOf(
  type: PredictionType,
  x: Float32Array,
  output: Float32Array,
  alpha: number,
  isHalf = false,
): Prediction {
  const { signal, spread } = rootsOf(alpha, isHalf);
  if (isHalf && type !== 'sample') {
    // Rounded, the two no longer add up to 1, so the clean latents follow from the noise.
    const epsilon = type === 'epsilon' ? output : combine([signal, output], [spread, x]);
    const root = Math.sqrt(alpha);
    return { output, epsilon, denoised: combine([1 / root, x], [-spread / root, epsilon]) };
  }
  switch (type) {
    case 'epsilon':
      return { output, epsilon: output, denoised: combine([1 / signal, x], [-spread / signal, output]) };
    case 'v_prediction':
      return {
        output,
        epsilon: combine([signal, output], [spread, x]),
        denoised: combine([signal, x], [-spread, output]),
      };
    case 'sample':
      return { output, epsilon: combine([1 / spread, x], [-signal / spread, output]), denoised: output };
  }
}
