import { roundToHalf } from '../../numerics/half';
import { type NoiseTable, sigmaToTimestep } from '../../numerics/sigmas';
import { linspaceFloat32 } from '../../numerics/sigmas/float32';
import type { SamplingSettings } from '../../shared/samplingSettings';
import type { SigmaRequest, SigmaTrajectory } from './trajectory';
import { webuiSteps, webuiTimesteps } from './webuiSteps';

const { fround } = Math;

/**
 * The web UI's UniPC: time runs from 1 to 1/1000 of the training's length, evenly, evenly in its root or evenly in the
 * logarithm of the signal-to-noise ratio (`uni_pc_skip_type`); between timesteps the logarithms of the signal are joined
 * by straight lines. Starts and ends in the variance-preserving form, and ends above level 0.
 * @param request its table being the one that is sampled with.
 */
export function unipcTrajectory(request: SigmaRequest): SigmaTrajectory {
  const { table, strength, settings = {} } = request;
  const count = table.sigmas.length;
  const { total, encoded } = webuiSteps(request);
  const all = runnableTimesteps(total, settings, count);
  const timesteps = strength === undefined ? all : all.slice(0, Math.max(1, encoded));
  const start = strength === undefined ? 1 : fround(timesteps.at(-1)! / count) + fround(1 / count);
  const times = timesOf(table, settings, start, timesteps.length);
  const timeOf = new Map<number, number>();
  const sigmas = times.map((time) => {
    const sigma = sigmaAt(table, time);
    // In float32: whether a time that should be whole falls short of it decides where a velocity is read.
    timeOf.set(sigma, Math.max(0, fround(fround(fround((time + 1) / count) - fround(1 / count)) * 1000)));
    return sigma;
  });
  return {
    space: 'sigma',
    table,
    sigmas,
    timestepOf: (sigma) => timeOf.get(sigma) ?? sigmaToTimestep(table, sigma),
    startScale: Math.sqrt(1 + sigmas[0]! ** 2),
    // The web UI noises an image to one timestep more than it then begins at.
    startAlpha: table.alphasCumprod[all[Math.min(timesteps.length, all.length - 1)]!],
    velocityAlpha: (timestep) => table.alphasCumprod[Math.trunc(timestep)]!,
    endScale: 1 / Math.sqrt(1 + sigmas.at(-1)! ** 2),
    lowerOrderEnd: false,
    span: { low: table.sigmaMin, high: table.sigmaMax, evaluations: total },
  };
}

/** One timestep alone would be no step at all: a run ends at the first of its timesteps. */
export function runnableTimesteps(total: number, settings: SamplingSettings, count: number): number[] {
  const timesteps = webuiTimesteps(total, settings.always_discard_next_to_last_sigma, count);
  return timesteps.length > 1 ? timesteps : [1, count - 1];
}

/** Places in the noise table, descending and fractional, one more than there are steps. */
function timesOf(table: NoiseTable, settings: SamplingSettings, start: number, steps: number): number[] {
  const count = table.sigmas.length;
  const end = 1 / count;
  switch (settings.uni_pc_skip_type) {
    case 'time_quadratic':
      return linspaceFloat32(Math.sqrt(start), Math.sqrt(end), steps + 1).map(
        (root) => fround(root ** 2) * count - 1,
      );
    case 'logSNR': {
      const lambdaAt = (time: number) => -Math.log(sigmaAt(table, time * count - 1));
      return linspaceFloat32(lambdaAt(start), lambdaAt(end), steps + 1).map((lambda) =>
        timeAt(table, lambda),
      );
    }
    default:
      return linspaceFloat32(start, end, steps + 1).map((time) => time * count - 1);
  }
}

/** Sigma at a fractional place of the table, straight in the logarithm of the signal. */
function sigmaAt(table: NoiseTable, time: number): number {
  const low = Math.min(Math.max(Math.floor(time), 0), table.sigmas.length - 2);
  const [before, after] = [logSignal(table, low), logSignal(table, low + 1)];
  return Math.sqrt(Math.expm1(-2 * (before + (time - low) * differenceOf(table, before, after))));
}

/** The inverse of `sigmaAt`, for λ = -ln sigma. */
function timeAt(table: NoiseTable, lambda: number): number {
  const wanted = -0.5 * Math.log1p(Math.exp(-2 * lambda));
  let low = 0;
  let high = table.sigmas.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (logSignal(table, middle) >= wanted) low = middle;
    else high = middle;
  }
  const [before, after] = [logSignal(table, low), logSignal(table, high)];
  return low + (wanted - before) / differenceOf(table, before, after);
}

/** Logarithm of the root of the signal. */
function logSignal({ alphasCumprod, isHalf }: NoiseTable, timestep: number): number {
  const log = Math.log(alphasCumprod[timestep]!);
  return isHalf ? roundToHalf(0.5 * roundToHalf(log)) : 0.5 * log;
}

function differenceOf({ isHalf }: NoiseTable, before: number, after: number): number {
  return isHalf ? roundToHalf(after - before) : after - before;
}
