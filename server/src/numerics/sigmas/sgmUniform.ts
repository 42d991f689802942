import { linspaceFloat32 } from './float32';
import { sigmaToTimestep, timestepToSigma } from './noiseTable';
import { endsOf, type Schedule } from './schedule';

/** As Normal with one step more, whose last is left out: the spacing of Stability's own code, apt for Lightning and Turbo. */
export const sgmUniform: Schedule = {
  name: 'SGM Uniform',
  sigmas(request) {
    const { table, steps } = request;
    const { low, high } = endsOf(request);
    const [start, end] = [sigmaToTimestep(table, high), sigmaToTimestep(table, low)];
    const timesteps = linspaceFloat32(start, end, steps + 1).slice(0, -1);
    return [...timesteps.map((t) => timestepToSigma(table, t)), 0];
  },
};
