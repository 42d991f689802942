import {
  findSchedule,
  linspace,
  type NoiseTable,
  sigmaToTimestep,
  tableOf,
  timestepToSigma,
} from '../sigmas';
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
  const { sampler, table, scheduleType } = request;
  if (sampler.ownSchedule === 'unipc') return uniPcSigmas(request);
  const named = findSchedule(scheduleType);
  const sigmas =
    sampler.ownSchedule === 'lcm' && !named ? distilledSigmas(table, request.steps) : scheduleSigmas(request);
  const begin = request.strength === undefined ? 0 : request.steps - encodedSteps(request) - 1;
  const kept = sigmas.slice(Math.max(0, begin)).map(Math.fround);
  return {
    space: 'sigma',
    sigmas: kept,
    timestepOf:
      sampler.ownSchedule === 'lcm' ? nearestDistilled(table) : (sigma) => sigmaToTimestep(table, sigma),
    startScale: kept[0]!,
    endScale: 1,
    lowerOrderEnd: false,
  };
}

function scheduleSigmas({ sampler, scheduleType, table, steps, architecture }: SigmaRequest): number[] {
  const schedule = findSchedule(scheduleType) ?? findSchedule(sampler.schedule)!;
  const extra = sampler.discardsPenultimate ? 1 : 0;
  const sigmas = schedule.sigmas({ table, steps: steps + extra, architecture });
  if (extra > 0) sigmas.splice(-2, 1);
  return sigmas;
}

function encodedSteps({ strength = 1, steps }: { strength?: number; steps: number }): number {
  return Math.floor(Math.min(strength, LARGEST_STRENGTH) * steps);
}

/** Even timesteps over the levels a consistency model was distilled at, interpolated between them in log sigma. */
function distilledSigmas(table: NoiseTable, steps: number): number[] {
  const known = distilledTable(table);
  return [...linspace(DISTILLED_STEPS - 1, 0, steps).map((place) => timestepToSigma(known, place)), 0];
}

function nearestDistilled(table: NoiseTable): (sigma: number) => number {
  const { logSigmas } = distilledTable(table);
  const stride = table.sigmas.length / DISTILLED_STEPS;
  return (sigma) => {
    const distances = logSigmas.map((log) => Math.abs(Math.log(sigma) - log));
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
  const count = table.sigmas.length;
  let timesteps = evenTimesteps(table, request.steps);
  let start = 1;
  if (strength !== undefined) {
    timesteps = timesteps.slice(0, Math.max(1, encodedSteps(request)));
    start = (timesteps.at(-1)! + 1) / count;
  }
  const times = linspace(start, 1 / count, timesteps.length + 1).map((time) => time * count - 1);
  const timeOf = new Map<number, number>();
  const sigmas = times.map((time) => {
    const low = Math.min(Math.max(Math.floor(time), 0), count - 2);
    const [before, after] = [Math.log(table.alphasCumprod[low]!), Math.log(table.alphasCumprod[low + 1]!)];
    const sigma = Math.sqrt(Math.expm1(-(before + (time - low) * (after - before))));
    timeOf.set(sigma, Math.max(0, time));
    return sigma;
  });
  return {
    space: 'sigma',
    sigmas,
    timestepOf: (sigma) => timeOf.get(sigma) ?? sigmaToTimestep(table, sigma),
    startScale: Math.sqrt(1 + sigmas[0]! ** 2),
    endScale: 1 / Math.sqrt(1 + sigmas.at(-1)! ** 2),
    lowerOrderEnd: false,
  };
}

/** Timesteps as the web UI's DDIM and PLMS use them; a run has one step fewer than there are timesteps. */
export function webuiTransfers(request: TimestepRequest): TimestepTrajectory {
  const { sampler, table, steps, strength } = request;
  const alphaAt = (timestep: number) => table.alphasCumprod[timestep]!;
  if (sampler.timesteps === 'lcm') {
    const transfers = distilledTransfers(table, distilledTimesteps(table, steps, strength));
    return { space: 'timestep', transfers, startAlpha: transfers[0]!.alpha, averagesOutputs: false };
  }
  const all = evenTimesteps(table, steps);
  const encoded = strength === undefined ? all.length : Math.max(2, encodedSteps(request));
  const startAlpha = alphaAt(all[Math.min(encoded, all.length - 1)]!);
  const timesteps = all.slice(0, encoded).reverse();
  const transfers = timesteps.slice(0, -1).map((timestep, i): Transfer => {
    const timestepNext = timesteps[i + 1]!;
    return { timestep, timestepNext, alpha: alphaAt(timestep), alphaNext: alphaAt(timestepNext) };
  });
  const first = transfers[0]!;
  if (sampler.timesteps === 'plms') transfers.splice(1, 0, { ...first, timestep: first.timestepNext });
  return { space: 'timestep', transfers, startAlpha, averagesOutputs: false };
}
