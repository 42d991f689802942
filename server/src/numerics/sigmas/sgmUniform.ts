import { linspaceFloat32 } from './float32';
import { sigmaToTimestep, timestepToSigma } from './noiseTable';
import type { Schedule } from './schedule';

/** As Normal with one step more, whose last is left out: the spacing of Stability's own code, apt for Lightning and Turbo. */
export const sgmUniform: Schedule = {
  name: 'SGM Uniform',
  sigmas({ table, steps }) {
    const [start, end] = [sigmaToTimestep(table, table.sigmaMax), sigmaToTimestep(table, table.sigmaMin)];
    const timesteps = linspaceFloat32(start, end, steps + 1).slice(0, -1);
    return [...timesteps.map((t) => timestepToSigma(table, t)), 0];
  },
};
