import { linspaceFloat32 } from './float32';
import { sigmaToTimestep, timestepToSigma } from './noiseTable';
import type { Schedule } from './schedule';

/** Timesteps evenly between those of the largest and the smallest noise level. */
export const normal: Schedule = {
  name: 'Normal',
  sigmas({ table, steps }) {
    const [start, end] = [sigmaToTimestep(table, table.sigmaMax), sigmaToTimestep(table, table.sigmaMin)];
    return [...linspaceFloat32(start, end, steps).map((t) => timestepToSigma(table, t)), 0];
  },
};
