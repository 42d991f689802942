import { builtInSampler } from '../../shared/catalogue/samplers';
import type { UniPcVariant } from '../../shared/samplingSettings';
import { combine } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler } from './sampler';
import { type Known, unipcTerms } from './unipcTerms';

/** Members of the UniPC family. */
export interface UniPcOptions {
  readonly order: number;
  /** B(h): `bh1` is h, `bh2` is e^h - 1; `vary_coeff` has no B(h). bh1 suits few steps. */
  readonly variant: UniPcVariant;
  /** Lowers the order of the last steps; default true. */
  readonly lowerOrderFinal?: boolean;
}

/** UniPC (Zhao et al. 2023): a predictor, corrected one step later by the output that came in the meantime. */
export const unipc: SigmaSampler = {
  ...builtInSampler('UniPC'),
  space: 'sigma',
  wholeTimesteps: true,
  ownSchedule: 'unipc',
  sample: (run) => {
    const {
      uni_pc_order: order = 3,
      uni_pc_variant: variant = 'bh1',
      uni_pc_lower_order_final: lowerOrderFinal,
    } = run.settings ?? {};
    return sampleUniPc(run, {
      order,
      variant,
      ...(lowerOrderFinal !== undefined && { lowerOrderFinal }),
    });
  },
};

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
    if (next === sigma) {
      // A step of no length, as the rounding of timesteps makes them in long runs.
      x = from;
      correct = undefined;
    } else {
      history = [{ denoised, lambda: -Math.log(sigma) }, ...history].slice(0, options.order);
      const known = history.slice(0, orderAt(step, of, options, run.lowerOrderEnd));
      x = advance(from, sigma, next, known, options);
      correct = (output) => advance(from, sigma, next, known, options, output);
    }
    yield { step, of, sigma, denoised };
  }
  return x;
}

/**
 * Order of a step: one more each step until the run's own is reached, and lower again towards the end. In a run so short
 * that both meet, the web UI goes up first; diffusers (`lowerOrderEnd`) down.
 */
function orderAt(
  step: number,
  of: number,
  { order, lowerOrderFinal = true }: UniPcOptions,
  lowerOrderEnd: boolean,
): number {
  const highest = Math.min(order, of, step + 1);
  const rises = step + 1 < Math.min(order, of) && !lowerOrderEnd;
  return rises || !lowerOrderFinal ? highest : Math.min(highest, of - step);
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
  const h = -Math.log(next) - known[0]!.lambda;
  return combine(
    [next / sigma, x],
    [1 - next / sigma, known[0]!.denoised],
    ...unipcTerms(variant, known, h, output),
  );
}
