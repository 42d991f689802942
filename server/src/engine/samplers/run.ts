import type { BrownianNoise, ImageNoise } from '../noise';
import { createNoiseTable, type NoiseTable, type TrainingSchedule, withFiniteEnd } from '../sigmas';
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
  /** Start of an image-to-image run: scaled latents, and how far to go back, 0 … 1. */
  readonly start?: { readonly latents: Float32Array; readonly strength: number };
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
  };
  if (sampler.space === 'sigma') {
    const question = { ...wanted, sampler, table: withFiniteEnd(table) };
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
  const { sigmas, timestepOf, startScale, endScale } = trajectory;
  const first = noise.first();
  const x = start ? combine([1, start.latents], [sigmas[0]!, first]) : combine([startScale, first]);
  const ask = createAsk(request);
  let brownian: BrownianNoise | undefined;
  const run = sampler.sample({
    x,
    sigmas,
    timestepOf,
    lowerOrderEnd: trajectory.lowerOrderEnd,
    noise: noise.next,
    brownian(sigma, sigmaNext) {
      // diffusers draws the noise of its multistep solvers from the image's stream.
      if (request.convention === 'diffusers' && sampler.wholeTimesteps) return noise.next();
      brownian ??= noise.brownian(Math.min(...sigmas.filter((level) => level > 0)), sigmas[0]!);
      return brownian(sigma, sigmaNext);
    },
    async denoise(latents, sigma) {
      const input = combine([1 / Math.sqrt(sigma ** 2 + 1), latents]);
      const output = await ask(input, timestepOf(sigma), sigma);
      return denoisedOf(prediction, latents, output, sigma);
    },
  });
  return endScale === 1 ? run : scaleResult(run, endScale);
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
