import type { BrownianNoise, ImageNoise } from '../../numerics/noise';
import {
  createNoiseTable,
  type NoiseTable,
  type TrainingSchedule,
  withFiniteEnd,
} from '../../numerics/sigmas';
import { type DiffusersSpacing, diffusersSigmas, diffusersTransfers } from './diffusers';
import { combine } from './latents';
import { denoisedOf, type PredictionType, predictionOf } from './prediction';
import type { Sampler, SamplerRun, SigmaSampler, TimestepSampler } from './sampler';
import type { SigmaTrajectory, TimestepTrajectory, Trajectory } from './trajectory';
import { webuiSigmas, webuiTransfers } from './webui';

/** Whose rounding a run follows: the web UI's (fractional timesteps), or that of diffusers' schedulers. */
export type Convention = 'a1111' | 'diffusers';

/** Where in a run the model is asked. */
export interface ModelCall {
  /** Zero-based index of the step. */
  readonly step: number;
  /** Zero-based count of model runs so far: two per step for some samplers. */
  readonly evaluation: number;
  readonly sigma: number;
}

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
  /** Replaces the sampler's own share of fresh noise (DDIM, TCD). */
  readonly eta?: number;
  readonly start?: RunStart;
  /**
   * Runs the network, guidance included: `input` has unit variance, as the network was trained on. Gives the network's
   * output in its own meaning.
   */
  predict(input: Float32Array, timestep: number, call: ModelCall): Promise<Float32Array>;
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
  /** Number of steps the run will report. */
  readonly of: number;
  readonly steps: SamplerRun;
}

/** Prepares a run. Draws the initial noise, asks nothing of the model yet. */
export function startSampling(request: SamplingRequest): PreparedRun {
  const { sampler } = request;
  const convention = request.convention ?? 'a1111';
  const spacing = { ...usualSpacing(sampler), ...request.spacing };
  const table = createNoiseTable(request.training, convention === 'a1111' ? 'double' : 'single');
  const wanted = {
    scheduleType: request.scheduleType,
    steps: request.steps,
    architecture: request.architecture,
    strength: request.start?.strength,
    takesAllSteps: request.start?.takesAllSteps,
  };
  if (sampler.space === 'sigma') {
    // diffusers leaves LCM the level without signal; so little of it does not show in float32.
    const signal = convention === 'diffusers' && sampler.ownSchedule === 'lcm' ? 2 ** -60 : undefined;
    const question = { ...wanted, sampler, table: withFiniteEnd(table, signal) };
    const trajectory = convention === 'a1111' ? webuiSigmas(question) : diffusersSigmas(question, spacing);
    const steps = runSigmas(request, sampler, trajectory);
    return { trajectory, of: trajectory.sigmas.length - 1, steps };
  }
  const question = { ...wanted, sampler, table: convention === 'a1111' ? withFiniteEnd(table) : table };
  const trajectory =
    convention === 'a1111' ? webuiTransfers(question) : diffusersTransfers(question, spacing);
  const steps = runTransfers(request, sampler, trajectory, question.table);
  return { trajectory, of: trajectory.transfers.length, steps };
}

function runSigmas(request: SamplingRequest, sampler: SigmaSampler, trajectory: SigmaTrajectory): SamplerRun {
  const { noise, start, prediction } = request;
  const { sigmas, timestepOf, timestepBetween = timestepOf, endScale, velocityAlpha } = trajectory;
  const [low, high] = trajectory.brownianRange ?? [
    Math.min(...sigmas.filter((level) => level > 0)),
    sigmas[0]!,
  ];
  const x = startLatents(trajectory, noise.first(), start?.latents);
  const ask = createAsk(request);
  let brownian: BrownianNoise | undefined;
  const run = sampler.sample({
    x,
    sigmas,
    timestepOf,
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
      const output = await ask(input, timestep, sigma);
      if (!velocityAlpha || prediction !== 'v_prediction')
        return denoisedOf(prediction, latents, output, sigma);
      const { epsilon } = predictionOf(prediction, input, output, velocityAlpha(timestep));
      return denoisedOf('epsilon', latents, epsilon, sigma);
    },
  });
  return endScale === 1 ? run : scaleResult(run, endScale);
}

/** Noise alone, or an image with noise on it. */
function startLatents(
  { sigmas, startScale, startAlpha }: SigmaTrajectory,
  noise: Float32Array,
  image: Float32Array | undefined,
): Float32Array {
  if (!image) return combine([startScale, noise]);
  if (startAlpha === undefined) return combine([1, image], [sigmas[0]!, noise]);
  return combine(
    [startScale * Math.sqrt(startAlpha), image],
    [startScale * Math.sqrt(1 - startAlpha), noise],
  );
}

function runTransfers(
  request: SamplingRequest,
  sampler: TimestepSampler,
  { transfers, startAlpha, averagesOutputs }: TimestepTrajectory,
  table: NoiseTable,
): SamplerRun {
  const { noise, start, prediction } = request;
  const first = noise.first();
  const x = start
    ? combine([Math.sqrt(startAlpha), start.latents], [Math.sqrt(1 - startAlpha), first])
    : first;
  const ask = createAsk(request);
  const alphaAt = (timestep: number) => table.alphasCumprod[timestep]!;
  const interpret = (latents: Float32Array, output: Float32Array, alpha: number) =>
    predictionOf(prediction, latents, output, alpha);
  return sampler.sample({
    x,
    transfers,
    averagesOutputs,
    alphaAt,
    interpret,
    noise: noise.next,
    eta: request.eta ?? sampler.eta ?? 0,
    async predict(latents, timestep) {
      const alpha = alphaAt(timestep);
      const output = await ask(latents, timestep, Math.sqrt((1 - alpha) / alpha));
      return interpret(latents, output, alpha);
    },
  });
}

/** Counts the model's runs for the caller, who switches prompts by them. */
function createAsk({ sampler, predict }: SamplingRequest) {
  let evaluation = 0;
  return (input: Float32Array, timestep: number, sigma: number) => {
    const step = Math.floor(evaluation / sampler.evaluations);
    return predict(input, timestep, { step, evaluation: evaluation++, sigma });
  };
}

async function* scaleResult(run: SamplerRun, factor: number): SamplerRun {
  return combine([factor, yield* run]);
}
