import {
  findSchedule,
  type NoiseTable,
  type Schedule,
  sigmaToTimestep,
  tableOf,
  webuiSchedule,
  webuiTable,
} from '../../numerics/sigmas';
import type { SamplingSettings } from '../../shared/samplingSettings';
import type { SigmaSampler, Transfer } from './sampler';
import {
  DISTILLED_STEPS,
  distilledTimesteps,
  distilledTransfers,
  type SigmaRequest,
  type SigmaTrajectory,
  type TimestepRequest,
  type TimestepTrajectory,
} from './trajectory';
import { runnableTimesteps, unipcTrajectory } from './unipcTrajectory';
import { webuiSteps } from './webuiSteps';

/** Difference of logarithms in float32 below which two are taken as equal. */
const ROUNDING = 1e-6;

/** Ends of the schedule with the option `use_old_karras_scheduler_sigmas`. */
const OLD_ENDS = { low: 0.1, high: 10 };

/**
 * Noise levels as the web UI's k-diffusion samplers use them: timesteps are fractional. `settings` are options of the web
 * UI by their names there; `sd_noise_schedule` and `use_downcasted_alpha_bar` change the table.
 */
export function webuiSigmas(request: SigmaRequest): SigmaTrajectory {
  const { sampler, scheduleType, architecture, strength, settings = {} } = request;
  const table = webuiTable(request.table, settings);
  if (sampler.ownSchedule === 'unipc') return unipcTrajectory({ ...request, table });
  const { total, encoded } = webuiSteps(request);
  // A schedule for a consistency model knows nothing but the levels it was distilled at.
  const known = sampler.ownSchedule === 'lcm' ? distilledTable(table) : table;
  const schedule =
    scheduleType === 'Automatic' ? findSchedule(sampler.schedule)! : webuiSchedule(scheduleType);
  const sigmas = scheduleSigmas(schedule, sampler, known, total, settings, architecture);
  const kept = sigmas.slice(Math.max(0, total - encoded - 1));
  const span =
    strength === undefined
      ? { low: known.sigmaMin, high: known.sigmaMax, evaluations: total }
      : { low: kept.at(-2) ?? 0, high: kept[0]!, evaluations: kept.length - 1 };
  return {
    space: 'sigma',
    table,
    sigmas: kept,
    timestepOf:
      sampler.ownSchedule === 'lcm' ? nearestDistilled(table) : (sigma) => sigmaToTimestep(table, sigma),
    startScale: settings.sgm_noise_multiplier ? Math.sqrt(1 + kept[0]! ** 2) : kept[0]!,
    // From an image, too, the path spans the whole schedule.
    brownianRange: [Math.min(...sigmas.filter((sigma) => sigma > 0)), Math.max(...sigmas)],
    endScale: 1,
    lowerOrderEnd: false,
    span,
  };
}

/** The levels of a whole schedule, with the closing 0; the last but one left out where sampler or settings want it. */
function scheduleSigmas(
  schedule: Schedule,
  sampler: SigmaSampler,
  table: NoiseTable,
  total: number,
  settings: SamplingSettings,
  architecture: string | undefined,
): number[] {
  if (total === 0) return [0];
  const discards = sampler.discardsPenultimate || settings.always_discard_next_to_last_sigma;
  const old = settings.use_old_karras_scheduler_sigmas ? OLD_ENDS : undefined;
  const takesRho = schedule.rho !== undefined && settings.rho !== undefined && settings.rho !== 0;
  const sigmas = schedule
    .sigmas({
      table,
      steps: total + (discards ? 1 : 0),
      architecture,
      sigmaMin: settings.sigma_min || old?.low,
      sigmaMax: settings.sigma_max || old?.high,
      ...(takesRho && { rho: settings.rho }),
      alpha: settings.beta_dist_alpha,
      beta: settings.beta_dist_beta,
    })
    .map(Math.fround);
  if (discards) sigmas.splice(-2, 1);
  return sigmas;
}

function nearestDistilled(table: NoiseTable): (sigma: number) => number {
  const { logSigmas } = distilledTable(table);
  const stride = table.sigmas.length / DISTILLED_STEPS;
  return (sigma) => {
    const own = Math.fround(Math.log(sigma));
    const distances = logSigmas.map((log) => Math.abs(own - log));
    // Half-way between two levels, the last bits of the logarithms must not decide: the first one is taken.
    const least = Math.min(...distances) + ROUNDING;
    return distances.findIndex((distance) => distance <= least) * stride + stride - 1;
  };
}

function distilledTable(table: NoiseTable): NoiseTable {
  const stride = table.sigmas.length / DISTILLED_STEPS;
  return tableOf(table.alphasCumprod.filter((_, t) => t % stride === stride - 1));
}

/** Timesteps as the web UI's DDIM and PLMS use them; a run has one step fewer than there are timesteps. */
export function webuiTransfers(request: TimestepRequest): TimestepTrajectory {
  const { sampler, steps, strength, settings = {} } = request;
  const table = webuiTable(request.table, settings);
  const { total, encoded } = webuiSteps(request);
  const alphaAt = (timestep: number) => table.alphasCumprod[timestep]!;
  const shared = { space: 'timestep', table, averagesOutputs: false } as const;
  if (sampler.timesteps === 'lcm') {
    const transfers = distilledTransfers(table, distilledTimesteps(table, steps, strength));
    return { ...shared, transfers, startAlpha: transfers[0]!.alpha };
  }
  const all = runnableTimesteps(total, settings, table.sigmas.length);
  const taken = strength === undefined ? all.length : Math.max(2, encoded);
  const startAlpha = alphaAt(all[Math.min(taken, all.length - 1)]!);
  const timesteps = all.slice(0, taken).reverse();
  const transfers = timesteps.slice(0, -1).map((timestep, i): Transfer => {
    const timestepNext = timesteps[i + 1]!;
    return { timestep, timestepNext, alpha: alphaAt(timestep), alphaNext: alphaAt(timestepNext) };
  });
  const first = transfers[0]!;
  if (sampler.timesteps === 'plms') transfers.splice(1, 0, { ...first, timestep: first.timestepNext });
  return { ...shared, transfers, startAlpha };
}
