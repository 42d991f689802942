import { expFloat32, linspaceFloat32 } from './float32';
import { linspace } from './noiseTable';
import { endsOf, type Schedule } from './schedule';

/** Evenly in the logarithm of sigma. */
export const exponential: Schedule = {
  name: 'Exponential',
  sigmas(request) {
    const { low, high } = endsOf(request);
    return [...linspaceFloat32(Math.log(high), Math.log(low), request.steps).map(expFloat32), 0];
  },
};

/** The same ramp between two noise levels in float64, without the closing zero. */
export function exponentialRamp(sigmaMin: number, sigmaMax: number, steps: number): number[] {
  return linspace(Math.log(sigmaMax), Math.log(sigmaMin), steps).map(Math.exp);
}
