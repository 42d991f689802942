import { linspaceFloat32 } from './float32';
import { linspace } from './noiseTable';
import { endsOf, type Schedule } from './schedule';

const RHO = 7;

/** Karras et al. 2022, equation 5: evenly in the seventh root of sigma, so most steps are spent at low noise. */
export const karras: Schedule = {
  name: 'Karras',
  rho: RHO,
  sigmas(request) {
    const { low, high } = endsOf(request);
    return [...karrasRampFloat32(low, high, request.steps, request.rho), 0];
  },
};

/** The ramp from `sigmaMax` to `sigmaMin` in float32, as k-diffusion computes it, without the closing zero. */
export function karrasRampFloat32(sigmaMin: number, sigmaMax: number, steps: number, rho = RHO): number[] {
  const { fround } = Math;
  const [low, high] = [sigmaMin ** (1 / rho), sigmaMax ** (1 / rho)];
  const span = fround(low - high);
  const roots = linspaceFloat32(0, 1, steps).map((share) => fround(fround(high) + fround(share * span)));
  return roots.map((root) => fround(root ** rho));
}

/** The same ramp between two noise levels in float64, without the closing zero. */
export function karrasRamp(sigmaMin: number, sigmaMax: number, steps: number): number[] {
  const [low, high] = [sigmaMin ** (1 / RHO), sigmaMax ** (1 / RHO)];
  return linspace(0, 1, steps).map((share) => (high + share * (low - high)) ** RHO);
}
