import { expFloat32, linspaceFloat32 } from './float32';
import type { Schedule } from './schedule';

/** The web UI's default; at 1 the schedule equals Exponential. */
const RHO = 1;

/** A power of an even ramp, in the logarithm of sigma. */
export const polyexponential: Schedule = {
  name: 'Polyexponential',
  sigmas({ table, steps }) {
    const { fround } = Math;
    const [low, high] = [Math.log(table.sigmaMin), Math.log(table.sigmaMax)];
    const logOf = (share: number) => fround(fround(share ** RHO * fround(high - low)) + fround(low));
    return [...linspaceFloat32(1, 0, steps).map((share) => expFloat32(logOf(share))), 0];
  },
};
