import { expFloat32, linspaceFloat32 } from './float32';
import { endsOf, type Schedule } from './schedule';

/** The web UI's default; at 1 the schedule equals Exponential. */
const RHO = 1;

/** A power of an even ramp, in the logarithm of sigma. */
export const polyexponential: Schedule = {
  name: 'Polyexponential',
  rho: RHO,
  sigmas(request) {
    const { steps, rho = RHO } = request;
    const { fround } = Math;
    const ends = endsOf(request);
    const [low, high] = [Math.log(ends.low), Math.log(ends.high)];
    const logOf = (share: number) => fround(fround(share ** rho * fround(high - low)) + fround(low));
    return [...linspaceFloat32(1, 0, steps).map((share) => expFloat32(logOf(share))), 0];
  },
};
