import { linspaceFloat32 } from './float32';
import { timestepToSigma } from './noiseTable';
import type { Schedule } from './schedule';

/** Timesteps evenly from the last to the first: what the web UI calls Uniform and means by Automatic. */
export const uniform: Schedule = {
  name: 'Uniform',
  sigmas: ({ table, steps }) => [
    ...linspaceFloat32(table.sigmas.length - 1, 0, steps).map((t) => timestepToSigma(table, t)),
    0,
  ],
};
