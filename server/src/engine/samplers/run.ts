import type { BrownianNoise, ImageNoise } from '../../numerics/noise';
import { createNoiseTable, type TrainingSchedule, webuiTable, withFiniteEnd } from '../../numerics/sigmas';
import type { SamplingSettings } from '../../shared/samplingSettings';
import { type DiffusersSpacing, diffusersSigmas, diffusersTransfers } from './diffusers';
import { combine } from './latents';
import { createAsk, type GuidedOutput, type ModelCall } from './modelCalls';
import { denoisedOf, type PredictionType, predictionOf, rootsOf } from './prediction';
import type { Sampler, SamplerRun, SigmaSampler, TimestepSampler } from './sampler';
import type { SigmaTrajectory, TimestepTrajectory, Trajectory } from './trajectory';
import { webuiSigmas, webuiTransfers } from './webui';

/** Whose rounding a run follows: the web UI's (fractional timesteps), or that of diffusers' schedulers. */
export type Convention = 'a1111' | 'diffusers';

/** Where an image-to-image run starts. */
export interface RunStart {
  /** Scaled latents. */
  readonly latents: Float32Array;
  /** How far to go back, 0 … 1. */
  readonly strength: number;
  /** The web UI's hires fix takes as many steps as were asked for, whatever the strength; else it is a share of them. */
  readonly takesAllSteps?: boolean;
}

/** Everything that decides a run from noise to latents. */
export interface SamplingRequest {
  readonly sampler: Sampler;
  readonly scheduleType: string;
  readonly steps: number;
  readonly noise: ImageNoise;
  readonly prediction: PredictionType;
  readonly training: TrainingSchedule;
  /** Default `a1111`. */
  readonly convention?: Convention;
  /** Where the diffusers convention places steps; defaults to that of Stable Diffusion's own configuration. */
  readonly spacing?: Partial<DiffusersSpacing>;
  readonly architecture?: string;
  /** Options of the web UI under their names there; the diffusers convention has none. */
  readonly settings?: SamplingSettings;
  /** Replaces the sampler's own share of fresh noise, and that of the settings. */
  readonly eta?: number;
  readonly start?: RunStart;
  /**
   * Runs the network, guidance included: `input` has unit variance, as the network was trained on. Gives the network's
   * output in its own meaning; with that for the negative prompt alone beside it where `call.needsUnconditioned` is set.
   */
  predict(input: Float32Array, timestep: number, call: ModelCall): Promise<Float32Array | GuidedOutput>;
}

/** Stable Diffusion's own scheduler configuration; the two families of schedulers differ in what it leaves open. */
function usualSpacing({ space }: Sampler): DiffusersSpacing {
  return {
    timestepSpacing: space === 'timestep' ? 'leading' : 'linspace',
    stepsOffset: 1,
    finalSigmas: 'zero',
    setAlphaToOne: false,
  };
}

/** A run that has been prepared. Reading `steps` does the work; its return value are the final scaled latents. */
export interface PreparedRun {
  readonly trajectory: Trajectory;
  /** Number of steps the run will report; an estimate for samplers that choose the length of their steps. */
  readonly of: number;
  readonly steps: SamplerRun;
}

/** Prepares a run. Draws the initial noise, asks nothing of the model yet. */
export function startSampling(request: SamplingRequest): PreparedRun {
  const { sampler, training } = request;
  const convention = request.convention ?? 'a1111';
  const spacing = { ...usualSpacing(sampler), ...request.spacing };
  const settings = convention === 'a1111' ? request.settings : undefined;
  const table = tableFor(training, convention, sampler);
  const wanted = {
    scheduleType: request.scheduleType,
    steps: request.steps,
    architecture: request.architecture,
    strength: request.start?.strength,
    takesAllSteps: request.start?.takesAllSteps,
    table,
    settings,
  };
  if (sampler.space === 'sigma') {
    const question = { ...wanted, sampler };
    const trajectory = convention === 'a1111' ? webuiSigmas(question) : diffusersSigmas(question, spacing);
    const of = sampler.countSteps?.(trajectory) ?? trajectory.sigmas.length - 1;
    return { trajectory, of, steps: runSigmas(request, sampler, trajectory, settings ?? {}) };
  }
  const question = { ...wanted, sampler };
  const trajectory =
    convention === 'a1111' ? webuiTransfers(question) : diffusersTransfers(question, spacing);
  const steps = runTransfers(request, sampler, trajectory, settings ?? {});
  return { trajectory, of: trajectory.transfers.length, steps };
}

/**
 * The noise table of a training. One with zero terminal SNR ends as the convention ends it: the web UI's and ComfyUI's table
 * at sigma 4518.8, diffusers' at 4096; diffusers leaves DDIM the 0, and LCM so little that it does not show.
 */
function tableFor(training: TrainingSchedule, convention: Convention, sampler: Sampler) {
  if (convention === 'a1111') {
    const { rescaleBetasZeroSnr, ...plain } = training;
    if (rescaleBetasZeroSnr && training.zeroSnrTable === 'diffusers')
      return withFiniteEnd(createNoiseTable(training, 'double'));
    const table = createNoiseTable(plain, 'double');
    return rescaleBetasZeroSnr ? webuiTable(table, { sd_noise_schedule: 'Zero Terminal SNR' }) : table;
  }
  const table = createNoiseTable(training, 'single');
  if (sampler.space === 'timestep') return table;
  return withFiniteEnd(table, sampler.ownSchedule === 'lcm' ? 2 ** -60 : undefined);
}

function runSigmas(
  request: SamplingRequest,
  sampler: SigmaSampler,
  trajectory: SigmaTrajectory,
  settings: SamplingSettings,
): SamplerRun {
  const { noise, start, prediction } = request;
  const { sigmas, timestepOf, timestepBetween = timestepOf, endScale, velocityAlpha } = trajectory;
  const [low, high] = trajectory.brownianRange ?? [
    Math.min(...sigmas.filter((level) => level > 0)),
    sigmas[0]!,
  ];
  const x = startLatents(trajectory, noise.first(), start?.latents, settings);
  const ask = createAsk(request, settings, trajectory.sigmas.length - 1);
  let brownian: BrownianNoise | undefined;
  const run = sampler.sample({
    x,
    sigmas,
    timestepOf,
    eta: request.eta ?? settings.eta_ancestral ?? 1,
    settings,
    span: trajectory.span,
    lowerOrderEnd: trajectory.lowerOrderEnd,
    passed: trajectory.passed,
    noise: noise.next,
    brownian(sigma, sigmaNext) {
      // diffusers draws the noise of its multistep solvers from the image's stream.
      if (request.convention === 'diffusers' && sampler.wholeTimesteps) return noise.next();
      brownian ??= noise.brownian(low, high);
      return brownian(sigma, sigmaNext);
    },
    async denoise(latents, sigma, place) {
      const timestep = place === 'between' ? timestepBetween(sigma) : timestepOf(sigma);
      const input = combine([1 / Math.sqrt(sigma ** 2 + 1), latents]);
      const { output } = await ask(input, timestep, sigma);
      if (!velocityAlpha || prediction !== 'v_prediction')
        return denoisedOf(prediction, latents, output, sigma);
      const { epsilon } = predictionOf(
        prediction,
        input,
        output,
        velocityAlpha(timestep),
        trajectory.table.isHalf,
      );
      return denoisedOf('epsilon', latents, epsilon, sigma);
    },
  });
  return endScale === 1 ? run : scaleResult(run, endScale);
}

/** Noise alone, or an image with noise on it. */
function startLatents(
  { sigmas, startScale, startAlpha, table }: SigmaTrajectory,
  noise: Float32Array,
  image: Float32Array | undefined,
  { img2img_extra_noise: extra = 0, initial_noise_multiplier: factor = 1 }: SamplingSettings,
): Float32Array {
  if (!image) return combine([startScale, noise]);
  if (startAlpha === undefined) return combine([1, image], [sigmas[0]! * factor + extra * factor, noise]);
  const { signal, spread } = rootsOf(startAlpha, table.isHalf);
  return combine([startScale * signal, image], [startScale * (spread + extra * signal) * factor, noise]);
}

function runTransfers(
  request: SamplingRequest,
  sampler: TimestepSampler,
  { transfers, startAlpha, averagesOutputs, table }: TimestepTrajectory,
  settings: SamplingSettings,
): SamplerRun {
  const { noise, start, prediction } = request;
  const first = noise.first();
  const { img2img_extra_noise: extra = 0, initial_noise_multiplier: factor = 1 } = settings;
  const { signal, spread } = rootsOf(startAlpha, table.isHalf);
  const x = start ? combine([signal, start.latents], [(spread + extra * signal) * factor, first]) : first;
  const ask = createAsk(request, settings, transfers.length);
  // At 1000 steps, the offset of diffusers' spacing leads past the end of the table.
  const last = table.alphasCumprod.length - 1;
  const alphaAt = (timestep: number) => table.alphasCumprod[Math.min(timestep, last)]!;
  const interpret = (latents: Float32Array, output: Float32Array, alpha: number) =>
    predictionOf(prediction, latents, output, alpha, table.isHalf);
  return sampler.sample({
    x,
    transfers,
    averagesOutputs,
    alphaAt,
    interpret,
    noise: noise.next,
    eta: request.eta ?? sampler.eta ?? settings.eta_ddim ?? 0,
    async predict(latents, timestep) {
      const alpha = alphaAt(timestep);
      const { output, unconditioned } = await ask(latents, timestep, Math.sqrt((1 - alpha) / alpha));
      const read = interpret(latents, output, alpha);
      return unconditioned
        ? { ...read, epsilonUnconditioned: interpret(latents, unconditioned, alpha).epsilon }
        : read;
    },
  });
}

async function* scaleResult(run: SamplerRun, factor: number): SamplerRun {
  return combine([factor, yield* run]);
}
