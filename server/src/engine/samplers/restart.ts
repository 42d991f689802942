import { karrasRampFloat32 } from '../../numerics/sigmas/karras';
import { builtInSampler } from '../../shared/catalogue/samplers';
import { heunStep } from './heun';
import { combine } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/**
 * Restart sampling (Xu et al. 2023) as the web UI sets it up: Heun's method, and from 20 steps on a part of the way is
 * taken again from sigma 2 down to 0.1 with fresh noise, once, or twice from 36 steps on.
 */
export const restart: SigmaSampler = {
  ...builtInSampler('Restart'),
  space: 'sigma',
  countSteps: ({ sigmas }) => intervalsOf(sigmas).length,
  sample,
};

/** Sigmas between which the way is taken again. */
const RESTART_LOW = 0.1;
const RESTART_HIGH = 2;

async function* sample({ x, sigmas, denoise, noise }: SigmaRun): SamplerRun {
  const { fround } = Math;
  const intervals = intervalsOf(sigmas);
  const of = intervals.length;
  let last = Number.POSITIVE_INFINITY;
  for (const [step, [sigma, next]] of intervals.entries()) {
    if (last < sigma) {
      const spread = fround(Math.sqrt(fround(fround(sigma ** 2) - fround(last ** 2))));
      x = combine([1, x], [spread, noise()]);
    }
    const denoised = await denoise(x, sigma);
    x = await heunStep(x, sigma, next, denoised, denoise);
    last = next;
    yield { step, of, sigma, denoised };
  }
  return x;
}

/** The steps of a run, each from one sigma to another. A repeated part counts as steps too, so the run keeps its length. */
function intervalsOf(given: readonly number[]): [sigma: number, next: number][] {
  const steps = given.length - 1;
  if (steps < 20) return pairsOf(given);
  const times = steps >= 36 ? 2 : 1;
  const length = steps >= 36 ? Math.floor(steps / 4) : 9;
  const ramp = karrasRampFloat32(given.at(-2)!, given[0]!, steps - length * times);
  const sigmas = [...ramp, 0];
  const [low, high] = [nearestIndex(sigmas, RESTART_LOW), nearestIndex(sigmas, RESTART_HIGH)];
  if (high >= low || low === 0) return pairsOf(sigmas);
  const again = pairsOf(karrasRampFloat32(sigmas[low]!, sigmas[high]!, length + 1));
  const repeated = Array.from({ length: times }, () => again).flat();
  const pairs = pairsOf(sigmas);
  return [...pairs.slice(0, low), ...repeated, ...pairs.slice(low)];
}

function pairsOf(sigmas: readonly number[]): [number, number][] {
  return sigmas.slice(1).map((next, i) => [sigmas[i]!, next]);
}

function nearestIndex(values: readonly number[], wanted: number): number {
  const distances = values.map((value) => Math.abs(value - wanted));
  return distances.indexOf(Math.min(...distances));
}
