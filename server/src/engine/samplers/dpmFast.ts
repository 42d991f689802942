import { linspaceFloat32 } from '../../numerics/sigmas/float32';
import { builtInSampler } from '../../shared/catalogue/samplers';
import { ancestralTime, epsilonOf, sigmaOf, solverStep, spanOf, timeOf } from './dpmSolver';
import { combine } from './latents';
import type { SamplerRun, SigmaRun, SigmaSampler, SolverSpan } from './sampler';

/**
 * DPM-Solver-fast (Lu et al. 2022, appendix D.2): third-order steps of even length in ln sigma, and lower orders at the
 * end, so that the number of model evaluations is that of the steps asked for. Ends at the smallest sigma, not at 0.
 */
export const dpmFast: SigmaSampler = {
  ...builtInSampler('DPM fast'),
  space: 'sigma',
  takesSpan: true,
  countSteps: (run) => ordersOf(spanOf(run)).length,
  sample,
};

async function* sample(run: SigmaRun): SamplerRun {
  const { noise, eta = 1, settings } = run;
  const span = spanOf(run);
  const noiseScale = settings?.s_noise ?? 1;
  const epsilon = epsilonOf(run);
  const end = timeOf(span.low);
  const orders = ordersOf(span);
  const times = linspaceFloat32(timeOf(span.high), end, orders.length + 1);
  let { x } = run;
  for (const [step, order] of orders.entries()) {
    const [t, next] = [times[step]!, times[step + 1]!];
    const { to, up } = ancestralTime([t, next], end, eta);
    const first = await epsilon(x, t);
    const sigma = sigmaOf(t);
    const denoised = combine([1, x], [-sigma, first]);
    x = await solverStep(order, epsilon, x, [t, to], first);
    x = combine([1, x], [up * noiseScale, noise()]);
    yield { step, of: orders.length, sigma, denoised };
  }
  return x;
}

function ordersOf({ evaluations }: SolverSpan): (1 | 2 | 3)[] {
  const rest = evaluations % 3;
  const thirds = Math.floor(evaluations / 3);
  if (rest === 0) return [...Array<3>(Math.max(0, thirds - 1)).fill(3), 2, 1];
  return [...Array<3>(thirds).fill(3), rest as 1 | 2];
}
