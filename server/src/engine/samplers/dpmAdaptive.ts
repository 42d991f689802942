import { builtInSampler } from '../../shared/catalogue/samplers';
import { ancestralTime, epsilonOf, sigmaOf, solverStep, spanOf, timeOf } from './dpmSolver';
import { combine } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';

/** k-diffusion's settings of the step size. */
const RELATIVE_TOLERANCE = 0.05;
const ABSOLUTE_TOLERANCE = 0.0078;
const FIRST_LENGTH = 0.05;
/** A step is taken if its length would then be changed to at least this share. */
const ACCEPTED_FACTOR = 0.81;
const ORDER = 3;
/** Steps a run takes at most: a model that makes the tolerance unreachable must not run for ever. */
const MAX_STEPS = 10_000;

/**
 * DPM-Solver-12/23 with adaptive step size (Lu et al. 2022, appendix C): a third-order step with an embedded second-order
 * one, whose difference sets the length of the next. The number of steps asked for has no effect.
 */
export const dpmAdaptive: SigmaSampler = {
  ...builtInSampler('DPM adaptive'),
  space: 'sigma',
  takesSpan: true,
  isAdaptive: true,
  sample,
};

async function* sample(run: SigmaRun): SamplerRun {
  const { noise, eta = 1, settings } = run;
  const span = spanOf(run);
  const { fround } = Math;
  const noiseScale = settings?.s_noise ?? 1;
  const epsilon = epsilonOf(run);
  const [start, end] = [timeOf(span.high), timeOf(span.low)];
  const size = createStepSize(eta === 0 ? ORDER : 1.5);
  let { x } = run;
  let before = x;
  let t = start;
  for (let step = 0; t < end - 1e-5 && step < MAX_STEPS; step++) {
    const next = Math.min(end, fround(t + size.length()));
    const { to, up } = ancestralTime([t, next], end, eta);
    const first = await epsilon(x, t);
    const sigma = sigmaOf(t);
    const denoised = combine([1, x], [-sigma, first]);
    const cache = new Map<string, Float32Array>();
    const low = await solverStep(2, epsilon, x, [t, to], first, cache, 1 / 3);
    const high = await solverStep(3, epsilon, x, [t, to], first, cache);
    if (size.propose(errorOf(low, high, before))) {
      before = low;
      x = combine([1, high], [up * noiseScale, noise()]);
      t = next;
    }
    // How many steps there will be is only known at the end: counted on from the share of the way behind.
    const share = Math.min(1, (t - start) / (end - start));
    const of = t < end - 1e-5 ? Math.max(step + 2, Math.round((step + 1) / Math.max(share, 0.01))) : step + 1;
    yield { step, of, sigma, denoised };
  }
  return x;
}

/** Root mean square of the difference in units of the tolerance. */
function errorOf(low: Float32Array, high: Float32Array, before: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < low.length; i++) {
    const size = Math.max(Math.abs(low[i]!), Math.abs(before[i]!));
    sum += ((low[i]! - high[i]!) / Math.max(ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE * size)) ** 2;
  }
  return Math.sqrt(sum / low.length);
}

/** The length of steps, changed by the error of the one before (a PID controller of which only the integral is used). */
function createStepSize(order: number) {
  let length = FIRST_LENGTH;
  return {
    length: () => length,
    /** Says whether a step of this error counts, and sets the length of the next. */
    propose(error: number): boolean {
      const wanted = (1 / (error + 1e-8)) ** (1 / order);
      const factor = 1 + Math.atan(wanted - 1);
      length *= factor;
      return factor >= ACCEPTED_FACTOR;
    },
  };
}
