import { betaRamp } from '../../numerics/sigmas/beta';
import { exponentialRamp } from '../../numerics/sigmas/exponential';
import { karrasRamp } from '../../numerics/sigmas/karras';
import { type NoiseTable, sigmaToTimestep } from '../../numerics/sigmas/noiseTable';
import type { Transfer } from './sampler';
import {
  distilledTimesteps,
  distilledTransfers,
  type SigmaRequest,
  type SigmaTrajectory,
  type TimestepRequest,
  type TimestepTrajectory,
} from './trajectory';

/** The keys of diffusers' scheduler_config.json that place the steps of a run. */
export interface DiffusersSpacing {
  readonly timestepSpacing: 'linspace' | 'leading' | 'trailing';
  readonly stepsOffset: number;
  readonly finalSigmas: 'zero' | 'sigma_min';
  readonly setAlphaToOne: boolean;
}

type Ramp = 'karras' | 'exponential' | 'beta';

/** Noise levels and timesteps as diffusers' schedulers place them. */
export function diffusersSigmas(request: SigmaRequest, spacing: DiffusersSpacing): SigmaTrajectory {
  const { sampler, table, steps, strength } = request;
  if (sampler.ownSchedule === 'lcm') return distilledSigmas(request);
  const whole = sampler.wholeTimesteps === true;
  const ramp = rampOf(request.scheduleType);
  let timesteps = spacedTimesteps(table, steps, spacing, whole ? 'solver' : 'continuous');
  let sigmas = timesteps.map((t) => interpolate(table.sigmas, t));
  if (ramp) {
    const [low, high] = whole ? [table.sigmaMin, table.sigmaMax] : [sigmas.at(-1)!, sigmas[0]!];
    sigmas = { karras: karrasRamp, exponential: exponentialRamp, beta: betaRamp }[ramp](low, high, steps);
    timesteps = sigmas.map((sigma) => roundedTimestep(sigmaToTimestep(table, sigma), ramp, request));
  }
  const end = spacing.finalSigmas === 'zero' ? 0 : table.sigmaMin;
  const begin = firstStep(steps, strength);
  const all = [...sigmas, end].map(Math.fround);
  const levels = all.slice(begin);
  const timestepAt = new Map(levels.map((sigma, i) => [sigma, timesteps[begin + i]]));
  const high = Math.max(...levels);
  return {
    space: 'sigma',
    table,
    span: spanOf(levels, table),
    sigmas: levels,
    timestepOf: (sigma) => timestepAt.get(sigma) ?? sigmaToTimestep(table, sigma),
    timestepBetween: (sigma) => sigmaToTimestep(table, sigma),
    startScale: whole || spacing.timestepSpacing === 'leading' ? Math.sqrt(high ** 2 + 1) : high,
    endScale: whole ? 1 / Math.sqrt(1 + levels.at(-1)! ** 2) : 1,
    lowerOrderEnd: true,
    passed: all.slice(0, begin),
  };
}

/** Timesteps as diffusers' DDIM, PNDM and TCD place them. A step goes down by T / N even where the next one lies closer. */
export function diffusersTransfers(request: TimestepRequest, spacing: DiffusersSpacing): TimestepTrajectory {
  const { sampler, table, steps, strength } = request;
  const begin = firstStep(steps, strength);
  const count = table.sigmas.length;
  if (sampler.timesteps === 'lcm') {
    return trajectoryOf(table, distilledTransfers(table, distilledTimesteps(table, steps)).slice(begin));
  }
  const timesteps = spacedTimesteps(table, steps, spacing, 'whole');
  const end = spacing.setAlphaToOne ? 1 : table.alphasCumprod[0]!;
  const alphaAt = (timestep: number) =>
    timestep < 0 ? end : table.alphasCumprod[Math.min(timestep, count - 1)]!;
  const stride = Math.floor(count / steps);
  const transfer = (timestep: number, from = timestep): Transfer => ({
    timestep,
    timestepNext: from - stride,
    alpha: alphaAt(from),
    alphaNext: alphaAt(from - stride),
  });
  if (sampler.timesteps === 'ddim')
    return trajectoryOf(
      table,
      timesteps.slice(begin).map((timestep) => transfer(timestep)),
    );
  // PNDM's list has its second timestep twice. A run from an image is cut out of that list, and still takes the second of
  // what is left for the repetition.
  const repeated =
    timesteps.length > 1 ? [timesteps[0]!, ...timesteps.slice(1, 2), ...timesteps.slice(1)] : timesteps;
  return trajectoryOf(
    table,
    repeated
      .slice(begin)
      .map((timestep, i) => (i === 1 ? transfer(timestep, timestep + stride) : transfer(timestep))),
  );
}

/** A run without a step leaves its image as it is. */
function trajectoryOf(table: NoiseTable, transfers: readonly Transfer[]): TimestepTrajectory {
  return { space: 'timestep', table, transfers, startAlpha: transfers[0]?.alpha ?? 1, averagesOutputs: true };
}

function distilledSigmas({ table, steps, strength }: SigmaRequest): SigmaTrajectory {
  const timesteps = distilledTimesteps(table, steps).slice(firstStep(steps, strength));
  const sigmas = timesteps.map((t) => Math.sqrt((1 - table.alphasCumprod[t]!) / table.alphasCumprod[t]!));
  const timestepAt = new Map(sigmas.map((sigma, i) => [sigma, timesteps[i]!]));
  return {
    space: 'sigma',
    table,
    span: spanOf(sigmas, table),
    sigmas: [...sigmas, 0],
    timestepOf: (sigma) => timestepAt.get(sigma) ?? sigmaToTimestep(table, sigma),
    startScale: Math.sqrt((sigmas[0] ?? 0) ** 2 + 1),
    endScale: 1,
    lowerOrderEnd: true,
  };
}

/** diffusers has no DPM fast or DPM adaptive: they run between the ends of the list, and never to 0. */
function spanOf(sigmas: readonly number[], table: NoiseTable): SigmaTrajectory['span'] {
  const positive = sigmas.filter((sigma) => sigma > 0);
  return {
    low: Math.min(table.sigmaMin, ...positive),
    high: positive[0] ?? table.sigmaMax,
    evaluations: positive.length,
  };
}

/** First step that an image-to-image run takes. */
function firstStep(steps: number, strength = 1): number {
  return steps - Math.min(Math.floor(steps * strength), steps);
}

function rampOf(scheduleType: string): Ramp | undefined {
  const name = scheduleType.toLowerCase();
  return name === 'karras' || name === 'exponential' || name === 'beta' ? name : undefined;
}

/** Solvers of whole timesteps round those of a Karras ramp and cut off the others' fractions; KDPM2 rounds Karras' too. */
function roundedTimestep(timestep: number, ramp: Ramp, { sampler }: SigmaRequest): number {
  if (ramp === 'karras' && (sampler.wholeTimesteps || sampler.name.startsWith('DPM2')))
    return roundHalfEven(timestep);
  return sampler.wholeTimesteps ? Math.trunc(timestep) : timestep;
}

/**
 * The timesteps of a run, descending. `continuous` keeps fractions, `whole` rounds, `solver` rounds and spaces as if for
 * one step more, whose last is left out. Halves are hit, so products are formed in numpy's order.
 */
export function spacedTimesteps(
  table: NoiseTable,
  steps: number,
  { timestepSpacing, stepsOffset }: DiffusersSpacing,
  rule: 'continuous' | 'whole' | 'solver',
): number[] {
  const count = table.sigmas.length;
  const spaced = rule === 'solver' ? steps + 1 : steps;
  switch (timestepSpacing) {
    case 'linspace': {
      const stride = (count - 1) / (spaced - 1);
      const timesteps = Array.from({ length: spaced }, (_, i) => (i === 0 ? 0 : i * stride));
      const rounded = rule === 'continuous' ? timesteps.map(Math.fround) : timesteps.map(roundHalfEven);
      return rounded.reverse().slice(0, steps);
    }
    case 'leading': {
      const stride = Math.floor(count / spaced);
      return Array.from({ length: steps }, (_, i) => (spaced - 1 - i) * stride + stepsOffset);
    }
    case 'trailing': {
      const stride = count - (count - count / steps);
      return Array.from({ length: steps }, (_, i) => roundHalfEven(count - i * stride) - 1);
    }
  }
}

function interpolate(values: Float32Array, place: number): number {
  const low = Math.min(Math.floor(place), values.length - 1);
  const high = Math.min(low + 1, values.length - 1);
  return values[low]! + (place - low) * (values[high]! - values[low]!);
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
