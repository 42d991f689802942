import { combine } from './latents';
import type { SigmaRun, SolverSpan } from './sampler';

const { fround } = Math;

/** The noise that a model sees in latents at a time, where t = -ln sigma. */
export type Epsilon = (x: Float32Array, t: number) => Promise<Float32Array>;

/** t = -ln sigma in float32, as k-diffusion's tensors are. */
export function timeOf(sigma: number): number {
  return fround(-Math.log(sigma));
}

export function sigmaOf(t: number): number {
  return fround(Math.exp(-t));
}

/** What a run goes along; without a span, from its first sigma to its last one above 0. */
export function spanOf({ span, sigmas }: Pick<SigmaRun, 'span' | 'sigmas'>): SolverSpan {
  const positive = sigmas.filter((sigma) => sigma > 0);
  return span ?? { low: positive.at(-1)!, high: positive[0]!, evaluations: positive.length };
}

/** A model as the noise it sees, (x - x0) / sigma. */
export function epsilonOf({ denoise }: Pick<SigmaRun, 'denoise'>): Epsilon {
  return async (x, t) => {
    const sigma = sigmaOf(t);
    const denoised = await denoise(x, sigma);
    return x.map((value, i) => fround(value - denoised[i]!) / sigma);
  };
}

/**
 * One step of DPM-Solver (Lu et al. 2022, algorithms 1 to 4, singlestep) from `t` to `next`. Every order evaluates the
 * model that many times, `first` included; outputs are remembered in `cache` by where in the step they were taken, so
 * that an embedded lower order costs nothing.
 */
export async function solverStep(
  order: 1 | 2 | 3,
  epsilon: Epsilon,
  x: Float32Array,
  [t, next]: readonly [number, number],
  first: Float32Array,
  cache: Map<string, Float32Array> = new Map(),
  r1 = order === 2 ? 1 / 2 : 1 / 3,
): Promise<Float32Array> {
  const h = fround(next - t);
  const growth = Math.expm1(h);
  const end = sigmaOf(next);
  if (order === 1) return combine([1, x], [-end * growth, first]);

  const middle = fround(t + r1 * h);
  const second = await remembered(cache, 'r1', () =>
    epsilon(combine([1, x], [-sigmaOf(middle) * Math.expm1(r1 * h), first]), middle),
  );
  const bend = combine([1, second], [-1, first]);
  if (order === 2) return combine([1, x], [-end * growth, first], [(-end / (2 * r1)) * growth, bend]);

  const r2 = 2 / 3;
  const late = fround(t + r2 * h);
  const lateSigma = sigmaOf(late);
  const lateGrowth = Math.expm1(r2 * h);
  const third = await remembered(cache, 'r2', () =>
    epsilon(
      combine(
        [1, x],
        [-lateSigma * lateGrowth, first],
        [-lateSigma * (r2 / r1) * (lateGrowth / (r2 * h) - 1), bend],
      ),
      late,
    ),
  );
  return combine(
    [1, x],
    [-end * growth, first],
    [(-end / r2) * (growth / h - 1), combine([1, third], [-1, first])],
  );
}

async function remembered(
  cache: Map<string, Float32Array>,
  place: string,
  run: () => Promise<Float32Array>,
): Promise<Float32Array> {
  const known = cache.get(place) ?? (await run());
  cache.set(place, known);
  return known;
}

/**
 * Splits a step in t into one down to a lower noise level and fresh noise of size `up` that brings it back.
 * @param end of the run: no step goes below it.
 */
export function ancestralTime(
  [t, next]: readonly [number, number],
  end: number,
  eta: number,
): { to: number; up: number } {
  if (eta === 0) return { to: next, up: 0 };
  const [sigma, sigmaNext] = [sigmaOf(t), sigmaOf(next)];
  const [square, squareNext] = [fround(sigma ** 2), fround(sigmaNext ** 2)];
  const variance = fround(fround(squareNext * fround(square - squareNext)) / square);
  const up = Math.min(sigmaNext, fround(eta * fround(Math.sqrt(Math.max(0, variance)))));
  const down = fround(Math.sqrt(Math.max(0, fround(squareNext - fround(up ** 2)))));
  const to = Math.min(end, timeOf(down));
  return { to, up: fround(Math.sqrt(Math.max(0, fround(squareNext - fround(sigmaOf(to) ** 2))))) };
}
