import { combine, type Term } from './latents';
import type { SamplerRun, SigmaRun } from './sampler';

/** Members of the DPM-Solver++ multistep family. */
export interface MultistepOptions {
  /** How many model outputs a step looks at. */
  readonly order: 1 | 2 | 3;
  /** Share of fresh Brownian noise: 0 is the differential equation, 1 the stochastic one. The run's own multiplies it. */
  readonly eta: number;
  /** How the second output enters a second-order step. */
  readonly second: 'midpoint' | 'heun';
}

/** Runs shorter than this end with lower orders in diffusers. */
const SHORT_RUN = 15;

/**
 * DPM-Solver++ multistep (Lu et al. 2022), with the stochastic forms of k-diffusion. In λ = -ln σ, a step of length h is
 * exact for a constant x0; older outputs add its first and second derivative.
 */
export async function* sampleMultistep(run: SigmaRun, options: MultistepOptions): SamplerRun {
  const { sigmas, denoise, brownian } = run;
  const eta = options.eta * (run.eta ?? 1);
  const noiseScale = run.settings?.s_noise ?? 1;
  const of = sigmas.length - 1;
  let x = run.x;
  /** Earlier outputs, newest first, each with the length of the step it was the start of. */
  let history: { denoised: Float32Array; length: number }[] = [];
  for (let step = 0; step < of; step++) {
    const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
    const denoised = await denoise(x, sigma);
    if (next === 0) {
      x = denoised;
    } else if (next < sigma) {
      // Two equal sigmas, as the rounding of timesteps makes them in long runs, are a step of no length.
      const h = Math.log(sigma / next);
      const reach = h * (eta + 1);
      const known = history.slice(0, orderAt(run, options, step) - 1);
      const terms = derivativeTerms(denoised, known, h, reach, options.second);
      // diffusers writes the stochastic third order with -1/2 where +1/2 belongs.
      if (run.lowerOrderEnd && eta > 0 && known.length === 2) terms[1] = [terms[1]![0] - 1, terms[1]![1]];
      x = combine([Math.exp(-reach), x], [-Math.expm1(-reach), denoised], ...terms);
      if (eta > 0)
        x = combine(
          [1, x],
          [noiseScale * next * Math.sqrt(-Math.expm1(-2 * h * eta)), brownian(sigma, next)],
        );
      history = [{ denoised, length: h }, ...history].slice(0, 2);
    }
    yield { step, of, sigma, denoised };
  }
  return x;
}

/** Order of a step: lower while outputs are missing, and towards the end of short runs where diffusers lowers it. */
function orderAt(
  { sigmas, lowerOrderEnd, passed = [] }: SigmaRun,
  { order }: MultistepOptions,
  step: number,
): number {
  const of = sigmas.length - 1;
  const end = lowerOrderEnd && passed.length + of < SHORT_RUN ? of - step : order;
  return Math.min(order, step + 1, end);
}

function derivativeTerms(
  denoised: Float32Array,
  known: readonly { denoised: Float32Array; length: number }[],
  h: number,
  reach: number,
  second: 'midpoint' | 'heun',
): Term[] {
  const [last, older] = known;
  if (!last) return [];
  const r0 = last.length / h;
  const phi2 = Math.expm1(-reach) / reach + 1;
  if (!older) {
    const factor = (second === 'heun' ? phi2 : -0.5 * Math.expm1(-reach)) / r0;
    return [
      [factor, denoised],
      [-factor, last.denoised],
    ];
  }
  const r1 = older.length / h;
  const phi3 = phi2 / reach - 0.5;
  const near = combine([1 / r0, denoised], [-1 / r0, last.denoised]);
  const far = combine([1 / r1, last.denoised], [-1 / r1, older.denoised]);
  const bend = combine([1 / (r0 + r1), near], [-1 / (r0 + r1), far]);
  return [
    [phi2, near],
    [phi2 * r0 - phi3, bend],
  ];
}
