import type { BuiltInSampler } from '../../shared/catalogue/samplers';
import type { SamplingSettings } from '../../shared/samplingSettings';

/** What a sampler tells after each step. The arrays are the sampler's own: read them before asking for the next step. */
export interface SamplerStep {
  /** Zero-based index of the step just taken, and how many the run has. */
  readonly step: number;
  readonly of: number;
  /** Noise level the step started from, in the variance-exploding form. */
  readonly sigma: number;
  /** The model's picture of the finished latents at this step: what a preview shows. */
  readonly denoised: Float32Array;
}

/**
 * A run of a sampler that works with noise levels: latents are in the variance-exploding form, x = x0 + sigma·noise.
 * Reading on is sampling on; a caller that stops reading cancels.
 */
export interface SigmaRun {
  /** Start latents; the sampler keeps the array. */
  readonly x: Float32Array;
  /** Descending; one more than there are steps. */
  readonly sigmas: readonly number[];
  /**
   * Runs the model: the clean latents it sees in `x` at this noise level. `between` says that the level is none of the
   * run's, even if it has the value of one: diffusers rounds the timesteps of those alone.
   */
  denoise(x: Float32Array, sigma: number, place?: 'between'): Promise<Float32Array>;
  /** Fresh unit noise, the next of the image's stream. */
  noise(): Float32Array;
  /** Unit noise of a Brownian path between two levels. */
  brownian(sigma: number, sigmaNext: number): Float32Array;
  /** Timestep the model is asked at for a noise level. */
  timestepOf(sigma: number): number;
  /** diffusers ends short runs with a first-order step; k-diffusion does so only when the last level is 0. */
  readonly lowerOrderEnd: boolean;
  /** Share of fresh noise in a step, where the sampler takes it; default 1. */
  readonly eta?: number;
  /** Options of the web UI; the diffusers convention has none. */
  readonly settings?: SamplingSettings;
  /**
   * Sigmas that a solver without a list of its own runs between, and the number of model evaluations it may make; absent:
   * those of the list.
   */
  readonly span?: SolverSpan;
  /** Levels that an image-to-image run passes over, where it follows diffusers: multistep solvers count them as steps. */
  readonly passed?: readonly number[];
}

/** What DPM fast and DPM adaptive run along. */
export interface SolverSpan {
  readonly low: number;
  readonly high: number;
  readonly evaluations: number;
}

/** One step of a sampler that works with timesteps: ask the model at `timestep`, go from one signal share to another. */
export interface Transfer {
  readonly timestep: number;
  /** Cumulative alpha at which the latents are, and the one they go to. */
  readonly alpha: number;
  readonly alphaNext: number;
  /** The timestep `alphaNext` belongs to; -1 past the end of the table. */
  readonly timestepNext: number;
}

/** What a model's output says about latents in the variance-preserving form x = √a·x0 + √(1-a)·epsilon. */
export interface Prediction {
  readonly denoised: Float32Array;
  readonly epsilon: Float32Array;
  /** The output itself, before it was read as one thing or the other. */
  readonly output: Float32Array;
  /** The noise that the model sees for the negative prompt alone, where the sampler asks for it. */
  readonly epsilonUnconditioned?: Float32Array;
}

/** A run of a sampler that works with timesteps: latents are in the variance-preserving form. */
export interface TimestepRun {
  readonly x: Float32Array;
  readonly transfers: readonly Transfer[];
  /** Runs the model at a timestep. */
  predict(x: Float32Array, timestep: number): Promise<Prediction>;
  /** Reads a model output as a prediction about latents of signal share `alpha`. */
  interpret(x: Float32Array, output: Float32Array, alpha: number): Prediction;
  noise(): Float32Array;
  /** Cumulative alpha of a whole timestep. */
  alphaAt(timestep: number): number;
  /** Share of fresh noise in every step, 0 … 1. */
  readonly eta: number;
  /** diffusers averages raw outputs over steps and reads the average; the original code averages noise predictions. */
  readonly averagesOutputs: boolean;
}

export type SamplerRun = AsyncGenerator<SamplerStep, Float32Array, void>;

/** Name, schedule type and evaluations come from the catalogue. */
interface SamplerFacts extends BuiltInSampler {
  /** The web UI's name, without the schedule type. */
  readonly name: string;
  /** Factor of the CFG scale, where the sampler has another unit for it; default 1. */
  readonly guidanceFactor?: number;
  /** The sampler needs the model's output for the negative prompt beside the guided one. */
  readonly needsUnconditioned?: boolean;
}

/** A sampler in k-diffusion's form. */
export interface SigmaSampler extends SamplerFacts {
  readonly space: 'sigma';
  /** The web UI gives these samplers one level more and leaves out the last but one. */
  readonly discardsPenultimate?: boolean;
  /** Noise levels of the sampler's own, used unless a schedule type is named (UniPC takes no other). */
  readonly ownSchedule?: 'lcm' | 'unipc';
  /** Runs along `SigmaRun.span` instead of the list of sigmas. */
  readonly takesSpan?: boolean;
  /** Chooses the length of its steps itself: their number is not known before the run. */
  readonly isAdaptive?: boolean;
  /** Number of steps, where it is not that of the intervals between the sigmas. */
  countSteps?(run: Pick<SigmaRun, 'sigmas' | 'span'>): number;
  /** diffusers asks the model at whole timesteps only, and keeps latents in the variance-preserving form. */
  readonly wholeTimesteps?: boolean;
  sample(run: SigmaRun): SamplerRun;
}

/** A sampler in the form of the original DDIM code. */
export interface TimestepSampler extends SamplerFacts {
  readonly space: 'timestep';
  /** Timesteps: evenly through the table, the same with the second one asked twice, or those of distilled models. */
  readonly timesteps: 'ddim' | 'plms' | 'lcm';
  readonly eta?: number;
  sample(run: TimestepRun): SamplerRun;
}

export type Sampler = SigmaSampler | TimestepSampler;
