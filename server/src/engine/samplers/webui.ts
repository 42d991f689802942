import { findSchedule, type NoiseTable, sigmaToTimestep, tableOf } from '../../numerics/sigmas';
import { linspaceFloat32 } from '../../numerics/sigmas/float32';
import type { Transfer } from './sampler';
import {
  DISTILLED_STEPS,
  distilledTimesteps,
  distilledTransfers,
  type SigmaRequest,
  type SigmaTrajectory,
  type TimestepRequest,
  type TimestepTrajectory,
} from './trajectory';

/** The web UI never adds all the noise to an image it starts from. */
const LARGEST_STRENGTH = 0.999;

/** Noise levels as the web UI's k-diffusion samplers use them: timesteps are fractional. */
export function webuiSigmas(request: SigmaRequest): SigmaTrajectory {
  const { sampler, table, scheduleType, architecture } = request;
  if (sampler.ownSchedule === 'unipc') return uniPcSigmas(request);
  const { total, encoded } = lengthsOf(request);
  const schedule = findSchedule(scheduleType) ?? findSchedule(sampler.schedule)!;
  // A schedule for a consistency model knows nothing but the levels it was distilled at.
  const known = sampler.ownSchedule === 'lcm' ? distilledTable(table) : table;
  const extra = sampler.discardsPenultimate ? 1 : 0;
  const sigmas = schedule.sigmas({ table: known, steps: total + extra, architecture }).map(Math.fround);
  if (extra > 0) sigmas.splice(-2, 1);
  const kept = sigmas.slice(Math.max(0, total - encoded - 1));
  return {
    space: 'sigma',
    sigmas: kept,
    timestepOf:
      sampler.ownSchedule === 'lcm' ? nearestDistilled(table) : (sigma) => sigmaToTimestep(table, sigma),
    startScale: kept[0]!,
    // From an image, too, the path spans the whole schedule.
    brownianRange: [Math.min(...sigmas.filter((sigma) => sigma > 0)), Math.max(...sigmas)],
    endScale: 1,
    lowerOrderEnd: false,
  };
}

/**
 * The steps of the whole schedule, and how many of them a run from an image goes back; it takes one more. A run that
 * takes all its steps has a schedule so much longer.
 */
function lengthsOf({ steps, strength, takesAllSteps }: SigmaRequest | TimestepRequest) {
  if (strength === undefined) return { total: steps, encoded: steps - 1 };
  const share = Math.min(strength, LARGEST_STRENGTH);
  return takesAllSteps && share > 0
    ? { total: Math.floor(steps / share), encoded: steps - 1 }
    : { total: steps, encoded: Math.floor(share * steps) };
}

function nearestDistilled(table: NoiseTable): (sigma: number) => number {
  const { logSigmas } = distilledTable(table);
  const stride = table.sigmas.length / DISTILLED_STEPS;
  return (sigma) => {
    const own = Math.fround(Math.log(sigma));
    const distances = logSigmas.map((log) => Math.abs(own - log));
    return distances.indexOf(Math.min(...distances)) * stride + stride - 1;
  };
}

function distilledTable(table: NoiseTable): NoiseTable {
  const stride = table.sigmas.length / DISTILLED_STEPS;
  return tableOf(table.alphasCumprod.filter((_, t) => t % stride === stride - 1));
}

/** Timesteps as the web UI's samplers from the original code use them, ascending: 1, 1 + n, 1 + 2n … */
function evenTimesteps(table: NoiseTable, steps: number): number[] {
  const count = table.sigmas.length;
  const stride = Math.max(1, Math.floor(count / steps));
  const timesteps: number[] = [];
  for (let t = 0; t < count; t += stride) timesteps.push(Math.min(t + 1, count - 1));
  // One step alone would be no step at all: a run ends at the first of these.
  return timesteps.length > 1 ? timesteps : [1, count - 1];
}

/**
 * Time runs evenly from 1 to 1/1000 of the training's length, where the table's logarithms of signal are joined by
 * straight lines. Starts and ends in the variance-preserving form, and ends above level 0.
 */
function uniPcSigmas(request: SigmaRequest): SigmaTrajectory {
  const { table, strength } = request;
  const { fround } = Math;
  const count = table.sigmas.length;
  const { total, encoded } = lengthsOf(request);
  const all = evenTimesteps(table, total);
  const timesteps = strength === undefined ? all : all.slice(0, Math.max(1, encoded));
  const start = strength === undefined ? 1 : fround(timesteps.at(-1)! / count) + fround(1 / count);
  const times = linspaceFloat32(start, 1 / count, timesteps.length + 1).map((time) => time * count - 1);
  const timeOf = new Map<number, number>();
  const sigmas = times.map((time) => {
    const low = Math.min(Math.max(Math.floor(time), 0), count - 2);
    const [before, after] = [Math.log(table.alphasCumprod[low]!), Math.log(table.alphasCumprod[low + 1]!)];
    const sigma = Math.sqrt(Math.expm1(-(before + (time - low) * (after - before))));
    // In float32: whether a time that should be whole falls short of it decides where a velocity is read.
    timeOf.set(sigma, Math.max(0, fround(fround(fround((time + 1) / count) - fround(1 / count)) * 1000)));
    return sigma;
  });
  return {
    space: 'sigma',
    sigmas,
    timestepOf: (sigma) => timeOf.get(sigma) ?? sigmaToTimestep(table, sigma),
    startScale: Math.sqrt(1 + sigmas[0]! ** 2),
    // The web UI noises an image to one timestep more than it then begins at.
    startAlpha: table.alphasCumprod[all[Math.min(timesteps.length, all.length - 1)]!],
    velocityAlpha: (timestep) => table.alphasCumprod[Math.trunc(timestep)]!,
    endScale: 1 / Math.sqrt(1 + sigmas.at(-1)! ** 2),
    lowerOrderEnd: false,
  };
}

/** Timesteps as the web UI's DDIM and PLMS use them; a run has one step fewer than there are timesteps. */
export function webuiTransfers(request: TimestepRequest): TimestepTrajectory {
  const { sampler, table, steps, strength } = request;
  const { total, encoded } = lengthsOf(request);
  const alphaAt = (timestep: number) => table.alphasCumprod[timestep]!;
  if (sampler.timesteps === 'lcm') {
    const transfers = distilledTransfers(table, distilledTimesteps(table, steps, strength));
    return { space: 'timestep', transfers, startAlpha: transfers[0]!.alpha, averagesOutputs: false };
  }
  const all = evenTimesteps(table, total);
  const taken = strength === undefined ? all.length : Math.max(2, encoded);
  const startAlpha = alphaAt(all[Math.min(taken, all.length - 1)]!);
  const timesteps = all.slice(0, taken).reverse();
  const transfers = timesteps.slice(0, -1).map((timestep, i): Transfer => {
    const timestepNext = timesteps[i + 1]!;
    return { timestep, timestepNext, alpha: alphaAt(timestep), alphaNext: alphaAt(timestepNext) };
  });
  const first = transfers[0]!;
  if (sampler.timesteps === 'plms') transfers.splice(1, 0, { ...first, timestep: first.timestepNext });
  return { space: 'timestep', transfers, startAlpha, averagesOutputs: false };
}
