import type { NoiseTable } from '../../numerics/sigmas';
import type { SamplingSettings } from '../../shared/samplingSettings';
import type { Sampler, SigmaSampler, SolverSpan, TimestepSampler, Transfer } from './sampler';

/** The way of a run through noise levels. */
export interface SigmaTrajectory {
  readonly space: 'sigma';
  /** The noise table that the run uses. */
  readonly table: NoiseTable;
  readonly sigmas: readonly number[];
  /** Timestep the model is asked at; fractional where the convention allows it. */
  timestepOf(sigma: number): number;
  /** The same for a level between two of the run's, where the convention tells them apart. */
  timestepBetween?(sigma: number): number;
  /** Unit noise times this is the start of a text-to-image run, in the variance-exploding form. */
  readonly startScale: number;
  /** Signal share that an image is noised to, where it is not that of the first level. */
  readonly startAlpha?: number;
  /** Signal share by which a velocity is turned into noise, where it is not that of the level itself. */
  velocityAlpha?(timestep: number): number;
  /** The noise levels between which a Brownian path is drawn, where they are not the ends of the run. */
  readonly brownianRange?: readonly [low: number, high: number];
  /** The result times this leaves the sampler: below 1 when the last level is not 0 and latents are variance-preserving. */
  readonly endScale: number;
  readonly lowerOrderEnd: boolean;
  /** What a solver without a list of its own runs along. */
  readonly span: SolverSpan;
  /** As in `SigmaRun`. */
  readonly passed?: readonly number[];
}

/** The way of a run through timesteps. */
export interface TimestepTrajectory {
  readonly space: 'timestep';
  readonly table: NoiseTable;
  readonly transfers: readonly Transfer[];
  /** Signal share at which an image-to-image run starts; text-to-image starts from noise alone. */
  readonly startAlpha: number;
  readonly averagesOutputs: boolean;
}

export type Trajectory = SigmaTrajectory | TimestepTrajectory;

/** What decides a trajectory. */
export interface TrajectoryRequest<S extends Sampler = Sampler> {
  readonly sampler: S;
  /** The web UI's name; `Automatic` is the sampler's own choice. */
  readonly scheduleType: string;
  readonly steps: number;
  readonly table: NoiseTable;
  readonly architecture?: string;
  /** Denoising strength of an image-to-image run; absent for text-to-image. */
  readonly strength?: number;
  /** As in `RunStart`. */
  readonly takesAllSteps?: boolean;
  /** Options of the web UI; diffusers' convention has none. */
  readonly settings?: SamplingSettings;
}

export type SigmaRequest = TrajectoryRequest<SigmaSampler>;
export type TimestepRequest = TrajectoryRequest<TimestepSampler>;

/** The timesteps at which latent consistency models were distilled, descending from the last one. */
export function distilledTimesteps(table: NoiseTable, steps: number, strength = 1): number[] {
  const stride = Math.floor(table.sigmas.length / DISTILLED_STEPS);
  const known = Math.max(1, Math.floor(DISTILLED_STEPS * strength));
  return Array.from({ length: steps }, (_, i) => (known - Math.floor((i * known) / steps)) * stride - 1);
}

/** Timesteps a latent consistency model knows. */
export const DISTILLED_STEPS = 50;

/** Transfers along timesteps that a consistency model jumps between. */
export function distilledTransfers(table: NoiseTable, timesteps: readonly number[]): Transfer[] {
  return timesteps.map((timestep, i) => {
    const timestepNext = timesteps[i + 1] ?? 0;
    return {
      timestep,
      timestepNext,
      alpha: table.alphasCumprod[timestep]!,
      alphaNext: table.alphasCumprod[timestepNext]!,
    };
  });
}
