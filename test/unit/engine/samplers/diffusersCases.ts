import { findSampler, type PredictionType, type Sampler } from '../../../../server/src/engine/samplers';
import type { DiffusersSpacing } from '../../../../server/src/engine/samplers/diffusers';
import { sampleMultistep } from '../../../../server/src/engine/samplers/dpmppMultistep';
import type { SigmaRun, SigmaSampler } from '../../../../server/src/engine/samplers/sampler';
import { sampleUniPc } from '../../../../server/src/engine/samplers/unipc';
import type { TrainingSchedule } from '../../../../server/src/numerics/sigmas';

/** A diffusers scheduler's configuration, as the golden files keep it. */
export type Config = Record<string, unknown>;

/** A golden run, in this engine's terms. */
export interface Translated {
  readonly sampler: Sampler;
  readonly scheduleType: string;
  readonly spacing: DiffusersSpacing;
  readonly training: TrainingSchedule;
  readonly prediction: PredictionType;
  readonly clipRange?: number;
}

/** diffusers' default spacing by class; the others have linspace. */
const LEADING = new Set(['DDIMScheduler', 'PNDMScheduler', 'LCMScheduler', 'TCDScheduler']);

/** Schedulers of diffusers that are no sampler of this engine, and why. */
const FOREIGN: Record<string, string> = {
  DEISMultistepScheduler: 'no sampler of the web UI: exponential integrator in log rho',
  DDPMScheduler: 'no sampler of the web UI: a thousand small steps',
  SASolverScheduler: 'no sampler of the web UI',
  DPMSolverSinglestepScheduler: 'no sampler of the web UI: orders alternate between steps',
  FlowMatchEulerDiscreteScheduler: 'flow matching (SD3, Flux): no noise table',
};

/** Translates a diffusers scheduler, or says why this engine has nothing like it. */
export function translate(scheduler: string, config: Config): Translated | string {
  const foreign = FOREIGN[scheduler] ?? foreignOption(scheduler, config);
  if (foreign) return foreign;
  const sampler = samplerOf(scheduler, config);
  if (!sampler) return `unknown scheduler ${scheduler}`;
  return {
    sampler,
    scheduleType: scheduleOf(config),
    prediction: (config.prediction_type as PredictionType) ?? 'epsilon',
    clipRange: config.clip_sample === true ? ((config.clip_sample_range as number) ?? 1) : undefined,
    spacing: {
      timestepSpacing:
        (config.timestep_spacing as DiffusersSpacing['timestepSpacing']) ??
        (LEADING.has(scheduler) ? 'leading' : 'linspace'),
      stepsOffset: (config.steps_offset as number) ?? 0,
      finalSigmas: (config.final_sigmas_type as DiffusersSpacing['finalSigmas']) ?? 'zero',
      setAlphaToOne: (config.set_alpha_to_one as boolean) ?? true,
    },
    training: {
      numTrainTimesteps: (config.num_train_timesteps as number) ?? 1000,
      betaStart: config.beta_start as number,
      betaEnd: config.beta_end as number,
      betaSchedule: config.beta_schedule as TrainingSchedule['betaSchedule'],
      rescaleBetasZeroSnr: config.rescale_betas_zero_snr === true,
    },
  };
}

function foreignOption(scheduler: string, config: Config): string | undefined {
  if (config.thresholding === true) return 'dynamic thresholding is for pixels, not for latents';
  if (config.use_lu_lambdas === true) return 'no schedule of the web UI: lu lambdas';
  if (scheduler === 'PNDMScheduler' && config.skip_prk_steps !== true)
    return 'PNDM with its Runge-Kutta start; the web UI and every Stable Diffusion configuration skip it (PLMS)';
  if (['dpmsolver', 'sde-dpmsolver'].includes(config.algorithm_type as string))
    return 'DPM-Solver on noise predictions; the web UI has the data-prediction forms (++)';
  if (scheduler === 'UniPCMultistepScheduler' && config.predict_x0 === false)
    return 'UniPC on noise predictions';
  if (scheduler === 'HeunDiscreteScheduler' && config.clip_sample === true) return 'clipping is for pixels';
  if ((config.euler_at_final === true || config.lower_order_final === false) && !endsAtZero(config))
    return 'orders of the last steps that only scheduler configurations can ask for';
  if (config.interpolation_type === 'log_linear')
    return 'log-linear spacing of noise levels is not the web UI’s';
  return undefined;
}

/** Where the last level is 0 the last step has first order, whatever the configuration says. */
function endsAtZero(config: Config): boolean {
  return config.final_sigmas_type !== 'sigma_min' && config.solver_order !== 3;
}

function scheduleOf(config: Config): string {
  if (config.use_karras_sigmas === true) return 'Karras';
  if (config.use_exponential_sigmas === true) return 'Exponential';
  if (config.use_beta_sigmas === true) return 'Beta';
  return 'Automatic';
}

const SIMPLE: Record<string, string> = {
  DDIMScheduler: 'DDIM',
  PNDMScheduler: 'PLMS',
  LMSDiscreteScheduler: 'LMS',
  EulerDiscreteScheduler: 'Euler',
  EulerAncestralDiscreteScheduler: 'Euler a',
  HeunDiscreteScheduler: 'Heun',
  KDPM2DiscreteScheduler: 'DPM2',
  KDPM2AncestralDiscreteScheduler: 'DPM2 a',
  DPMSolverSDEScheduler: 'DPM++ SDE',
  LCMScheduler: 'LCM',
  TCDScheduler: 'TCD',
};

function samplerOf(scheduler: string, config: Config): Sampler | undefined {
  const order = (config.solver_order as number) ?? 2;
  if (scheduler === 'UniPCMultistepScheduler') {
    const variant = config.solver_type === 'bh1' ? 'bh1' : 'bh2';
    return {
      ...(findSampler('UniPC') as SigmaSampler),
      sample: (run: SigmaRun) => sampleUniPc(run, { order, variant }),
    };
  }
  if (scheduler === 'DPMSolverMultistepScheduler') {
    const eta = config.algorithm_type === 'sde-dpmsolver++' ? 1 : 0;
    const second = config.solver_type === 'heun' ? 'heun' : 'midpoint';
    return {
      ...(findSampler('DPM++ 2M') as SigmaSampler),
      sample: (run: SigmaRun) => sampleMultistep(run, { order: order as 1 | 2 | 3, eta, second }),
    };
  }
  return findSampler(SIMPLE[scheduler] ?? '');
}
