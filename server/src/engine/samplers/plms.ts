import { builtInSampler } from '../../shared/catalogue/samplers';
import { combine, type Term } from './latents';
import type { SamplerRun, TimestepRun, TimestepSampler, Transfer } from './sampler';

/** Adams-Bashforth weights by the number of noise predictions at hand, newest first. */
const WEIGHTS: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/**
 * PLMS, pseudo linear multistep (Liu et al. 2022): DDIM steps along the noise predictions of the last four. The first
 * step is taken twice, the second time along the mean of the predictions at both its ends, so the list of transfers has
 * it twice.
 */
export const plms: TimestepSampler = {
  ...builtInSampler('PLMS'),
  space: 'timestep',
  timesteps: 'plms',
  sample,
};

async function* sample(run: TimestepRun): SamplerRun {
  const { transfers, predict, interpret, averagesOutputs } = run;
  const of = transfers.length;
  let x = run.x;
  let history: Float32Array[] = [];
  for (const [step, transfer] of transfers.entries()) {
    const { epsilon, denoised, output } = await predict(x, transfer.timestep);
    const latest = averagesOutputs ? output : epsilon;
    const again = step === 1;
    if (again) x = run.x;
    else history = [latest, ...history].slice(0, WEIGHTS.length);
    const terms: Term[] = again
      ? [
          [0.5, latest],
          [0.5, history[0]!],
        ]
      : history.map((e, i): Term => [WEIGHTS[history.length - 1]![i]!, e]);
    const average = combine(...terms);
    x = follow(x, averagesOutputs ? interpret(x, average, transfer.alpha).epsilon : average, transfer);
    yield { step, of, sigma: Math.sqrt((1 - transfer.alpha) / transfer.alpha), denoised };
  }
  return x;
}

/** DDIM's step without fresh noise, written so that it also holds for mixed predictions. */
function follow(x: Float32Array, epsilon: Float32Array, { alpha, alphaNext }: Transfer): Float32Array {
  const scale = Math.sqrt(alphaNext / alpha);
  return combine([scale, x], [Math.sqrt(1 - alphaNext) - scale * Math.sqrt(1 - alpha), epsilon]);
}
