import { roundToHalf } from '../half';
import { expFloat32, linspaceFloat32 } from './float32';

/** How a model was trained: the keys of diffusers' scheduler_config.json that decide its noise levels. */
export interface TrainingSchedule {
  readonly numTrainTimesteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2';
  readonly rescaleBetasZeroSnr?: boolean;
  /** How a table with zero terminal SNR ends: at sigma 4518.8 as in the web UI and ComfyUI (default), or at 4096. */
  readonly zeroSnrTable?: 'webui' | 'diffusers';
}

/** What every Stable Diffusion model was trained with. */
export const STABLE_DIFFUSION_TRAINING: TrainingSchedule = {
  numTrainTimesteps: 1000,
  betaStart: 0.00085,
  betaEnd: 0.012,
  betaSchedule: 'scaled_linear',
};

/** The noise levels a model knows, one per training timestep, ascending. */
export interface NoiseTable {
  /** Share of signal left: the cumulative product of 1 - beta. Float32 values. */
  readonly alphasCumprod: Float32Array;
  /** Noise level in the variance-exploding form: sqrt((1 - a) / a). */
  readonly sigmas: Float32Array;
  readonly logSigmas: Float32Array;
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  /** Timesteps of sigmas are those of the nearest entry, without fractions. */
  readonly isQuantized?: boolean;
  /** The table holds half-precision numbers, and what is computed from it alone is rounded to them. */
  readonly isHalf?: boolean;
}

/**
 * The noise table of a model.
 * @param precision `double` computes betas and their product in float64 and rounds once, as the original code and the
 * web UI do; `single` rounds every beta to float32 first, as diffusers does.
 */
export function createNoiseTable(
  training: TrainingSchedule = STABLE_DIFFUSION_TRAINING,
  precision: 'double' | 'single' = 'double',
): NoiseTable {
  const round = precision === 'single' ? Math.fround : (value: number) => value;
  let betas = createBetas(training, round);
  if (training.rescaleBetasZeroSnr) betas = rescaleZeroSnr(betas, round);
  const alphas = new Float32Array(betas.length);
  let product = 1;
  betas.forEach((beta, i) => {
    product *= round(1 - beta);
    alphas[i] = product;
  });
  return tableOf(alphas);
}

/**
 * The same table with a last noise level that is finite: a model with zero terminal signal-to-noise ratio has none, and
 * samplers that work with noise levels need one. diffusers puts 2^-24 there, which makes the largest sigma 4096.
 */
export function withFiniteEnd(table: NoiseTable, signal = 2 ** -24): NoiseTable {
  if (table.alphasCumprod.at(-1)! > 0) return table;
  const alphas = table.alphasCumprod.slice();
  alphas[alphas.length - 1] = signal;
  return tableOf(alphas);
}

/** Rounds to the precision of a table. */
export function roundingOf({ isHalf }: Pick<NoiseTable, 'isHalf'>): (value: number) => number {
  return isHalf ? roundToHalf : Math.fround;
}

/** A table made of given cumulative products, in float32 or half precision. */
export function tableOf(alphasCumprod: Float32Array, isHalf = false): NoiseTable {
  const round = roundingOf({ isHalf });
  const sigmas = alphasCumprod.map((alpha) => round(Math.sqrt(round(round(1 - alpha) / alpha))));
  return {
    alphasCumprod,
    sigmas,
    logSigmas: sigmas.map((sigma) => round(Math.log(sigma))),
    sigmaMin: sigmas[0]!,
    sigmaMax: sigmas.at(-1)!,
    ...(isHalf && { isHalf }),
  };
}

/**
 * Timestep of a noise level, fractional: linear between neighbours in log sigma, clamped to the table. That of the nearest
 * entry where the table is quantized.
 */
export function sigmaToTimestep(table: NoiseTable, sigma: number): number {
  const logs = table.logSigmas;
  const log = Math.fround(Math.log(sigma));
  if (table.isQuantized) return nearestTo(logs, log);
  let low = 0;
  let high = logs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (logs[middle]! <= log) low = middle;
    else high = middle;
  }
  const weight = (logs[low]! - log) / (logs[low]! - logs[low + 1]!);
  return low + Math.min(1, Math.max(0, weight));
}

/** Index of the first entry that is nearest to a value. */
function nearestTo(values: Float32Array, value: number): number {
  let nearest = 0;
  for (let i = 1; i < values.length; i++)
    if (Math.abs(values[i]! - value) < Math.abs(values[nearest]! - value)) nearest = i;
  return nearest;
}

/** Noise level of a fractional timestep: linear between neighbours in log sigma, clamped to the table. */
export function timestepToSigma(table: NoiseTable, timestep: number): number {
  const logs = table.logSigmas;
  const clamped = Math.min(logs.length - 1, Math.max(0, timestep));
  const low = Math.floor(clamped);
  const weight = clamped - low;
  const [before, after] = [(1 - weight) * logs[low]!, weight * logs[Math.ceil(clamped)]!];
  return expFloat32(Math.fround(Math.fround(before) + Math.fround(after)));
}

function createBetas(training: TrainingSchedule, round: (value: number) => number): number[] {
  const { numTrainTimesteps: count, betaStart, betaEnd, betaSchedule } = training;
  const ramp = round === Math.fround ? linspaceFloat32 : linspace;
  switch (betaSchedule) {
    case 'linear':
      return ramp(betaStart, betaEnd, count);
    case 'scaled_linear':
      return ramp(Math.sqrt(betaStart), Math.sqrt(betaEnd), count).map((root) => round(root ** 2));
    case 'squaredcos_cap_v2': {
      const signal = (t: number) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
      return Array.from({ length: count }, (_, i) =>
        round(Math.min(1 - signal((i + 1) / count) / signal(i / count), 0.999)),
      );
    }
  }
}

/** Moves and stretches the square roots of the signal so that nothing of it is left at the last timestep. */
function rescaleZeroSnr(betas: readonly number[], round: (value: number) => number): number[] {
  let product = 1;
  const roots = betas.map((beta) => {
    product *= round(1 - beta);
    return round(Math.sqrt(round(product)));
  });
  const [first, last] = [roots[0]!, roots.at(-1)!];
  const stretched = roots.map((root) => round(round(root - last) * round(first / round(first - last))));
  const signal = stretched.map((root) => round(root ** 2));
  return signal.map((value, i) => round(1 - (i === 0 ? value : round(value / signal[i - 1]!))));
}

/** `count` numbers from `start` to `end`, both included. */
export function linspace(start: number, end: number, count: number): number[] {
  if (count === 1) return [start];
  const step = (end - start) / (count - 1);
  return Array.from({ length: count }, (_, i) =>
    i < count / 2 ? start + step * i : end - step * (count - 1 - i),
  );
}
