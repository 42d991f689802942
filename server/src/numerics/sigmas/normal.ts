import { linspaceFloat32 } from './float32';
import { sigmaToTimestep, timestepToSigma } from './noiseTable';
import { endsOf, type Schedule } from './schedule';

/** Timesteps evenly between those of the largest and the smallest noise level. */
export const normal: Schedule = {
  name: 'Normal',
  sigmas(request) {
    const { table, steps } = request;
    const { low, high } = endsOf(request);
    const [start, end] = [sigmaToTimestep(table, high), sigmaToTimestep(table, low)];
    return [...linspaceFloat32(start, end, steps).map((t) => timestepToSigma(table, t)), 0];
  },
};
