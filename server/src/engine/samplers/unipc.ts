import { combine, type Term } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** Members of the UniPC family. */
export interface UniPcOptions {
  readonly order: number;
  /** B(h): `bh1` is h, `bh2` is e^h - 1. bh1 suits few steps. */
  readonly variant: 'bh1' | 'bh2';
}

/** UniPC (Zhao et al. 2023): a predictor, corrected one step later by the output that came in the meantime. */
export const unipc: SigmaSampler = {
  name: 'UniPC',
  schedule: 'Uniform',
  evaluations: 1,
  space: 'sigma',
  wholeTimesteps: true,
  ownSchedule: 'unipc',
  sample: (run) => sampleUniPc(run, { order: 3, variant: 'bh1' }),
};

interface Known {
  readonly denoised: Float32Array;
  readonly lambda: number;
}

/** Runs UniPC in its data-prediction form, of any order. */
export async function* sampleUniPc(run: SigmaRun, options: UniPcOptions): SamplerRun {
  const { sigmas, denoise } = run;
  const of = sigmas.length - 1;
  let x = run.x;
  let history: Known[] = [];
  let correct: ((output: Float32Array) => Float32Array) | undefined;
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    const from = correct ? correct(denoised) : x;
    history = [{ denoised, lambda: -Math.log(sigma) }, ...history].slice(0, options.order);
    const order = Math.min(options.order, step + 1, of - step);
    const known = history.slice(0, order);
    x = advance(from, sigma, next, known, options);
    correct = (output) => advance(from, sigma, next, known, options, output);
    yield { step, of, sigma, denoised };
  }
  return x;
}

/** One step from `sigma` to `next`: the predictor, or with the model's `output` at `next` the corrector. */
function advance(
  x: Float32Array,
  sigma: number,
  next: number,
  known: readonly Known[],
  { variant }: UniPcOptions,
  output?: Float32Array,
): Float32Array {
  const [current, ...older] = known;
  const base: Term[] = [
    [next / sigma, x],
    [1 - next / sigma, current!.denoised],
  ];
  const order = known.length;
  if (order === 1 && !output) return combine(...base);

  const lambda = current!.lambda;
  const h = -Math.log(next) - lambda;
  const growth = variant === 'bh1' ? -h : Math.expm1(-h);
  const places = older.map((one) => (one.lambda - lambda) / h);
  const weights = output ? correctorWeights(places, h, growth) : predictorWeights(places, h, growth);
  for (const [i, one] of older.entries()) {
    const factor = (-growth * weights[i]!) / places[i]!;
    base.push([factor, one.denoised], [-factor, current!.denoised]);
  }
  if (output) {
    const factor = -growth * weights.at(-1)!;
    base.push([factor, output], [-factor, current!.denoised]);
  }
  return combine(...base);
}

function predictorWeights(places: readonly number[], h: number, growth: number): number[] {
  return places.length === 1 ? [0.5] : solve(places, momentsOf(places.length, h, growth));
}

function correctorWeights(places: readonly number[], h: number, growth: number): number[] {
  return places.length === 0 ? [0.5] : solve([...places, 1], momentsOf(places.length + 1, h, growth));
}

/** Right-hand sides b_k = k!·φ_{k+1}(-h)·(-h) / B(h), k = 1 … count. */
function momentsOf(count: number, h: number, growth: number): number[] {
  const moments: number[] = [];
  let factorial = 1;
  let phi = Math.expm1(-h) / -h - 1;
  for (let k = 1; k <= count; k++) {
    moments.push((phi * factorial) / growth);
    factorial *= k + 1;
    phi = phi / -h - 1 / factorial;
  }
  return moments;
}

/** Solves the Vandermonde system Σ_j places_j^k · w_j = moments_k by Gaussian elimination with pivoting. */
function solve(places: readonly number[], moments: readonly number[]): number[] {
  const size = places.length;
  const rows = moments.map((moment, k) => [...places.map((place) => place ** k), moment]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let k = column; k <= size; k++) rows[row]![k]! -= factor * rows[column]![k]!;
    }
  }
  return rows.map((row, k) => row[size]! / row[k]!);
}
