import { betaRamp } from '../sigmas/beta';
import { exponentialRamp } from '../sigmas/exponential';
import { karrasRamp } from '../sigmas/karras';
import { linspace, type NoiseTable, sigmaToTimestep } from '../sigmas/noiseTable';
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
  const levels = [...sigmas, end].map(Math.fround).slice(begin);
  const timestepAt = new Map(levels.map((sigma, i) => [sigma, timesteps[begin + i]]));
  const high = Math.max(...levels);
  return {
    space: 'sigma',
    sigmas: levels,
    timestepOf: (sigma) => timestepAt.get(sigma) ?? sigmaToTimestep(table, sigma),
    startScale: whole || spacing.timestepSpacing === 'leading' ? Math.sqrt(high ** 2 + 1) : high,
    endScale: whole ? 1 / Math.sqrt(1 + levels.at(-1)! ** 2) : 1,
    lowerOrderEnd: true,
  };
}

/** Timesteps as diffusers' DDIM, PNDM and TCD place them. A step goes down by T / N even where the next one lies closer. */
export function diffusersTransfers(request: TimestepRequest, spacing: DiffusersSpacing): TimestepTrajectory {
  const { sampler, table, steps, strength } = request;
  const begin = firstStep(steps, strength);
  const count = table.sigmas.length;
  if (sampler.timesteps === 'lcm') {
    const transfers = distilledTransfers(table, distilledTimesteps(table, steps)).slice(begin);
    return { space: 'timestep', transfers, startAlpha: transfers[0]!.alpha, averagesOutputs: true };
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
  const transfers = timesteps.slice(begin).map((timestep) => transfer(timestep));
  const second = transfers[1];
  if (sampler.timesteps === 'plms' && second)
    transfers.splice(1, 0, transfer(second.timestep, second.timestep + stride));
  return { space: 'timestep', transfers, startAlpha: transfers[0]!.alpha, averagesOutputs: true };
}

function distilledSigmas({ table, steps, strength }: SigmaRequest): SigmaTrajectory {
  const timesteps = distilledTimesteps(table, steps, strength);
  const sigmas = timesteps.map((t) => table.sigmas[t]!);
  const timestepAt = new Map(sigmas.map((sigma, i) => [sigma, timesteps[i]!]));
  return {
    space: 'sigma',
    sigmas: [...sigmas, 0],
    timestepOf: (sigma) => timestepAt.get(sigma) ?? sigmaToTimestep(table, sigma),
    startScale: Math.sqrt(sigmas[0]! ** 2 + 1),
    endScale: 1,
    lowerOrderEnd: true,
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
 * one step more, whose last is left out.
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
      const timesteps = linspace(0, count - 1, spaced);
      const rounded = rule === 'continuous' ? timesteps.map(Math.fround) : timesteps.map(roundHalfEven);
      return rounded.reverse().slice(0, steps);
    }
    case 'leading': {
      const stride = Math.floor(count / spaced);
      return Array.from({ length: steps }, (_, i) => (spaced - 1 - i) * stride + stepsOffset);
    }
    case 'trailing':
      return Array.from({ length: steps }, (_, i) => roundHalfEven(count - i * (count / steps)) - 1);
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
