import type { SamplingSettings } from '../../shared/samplingSettings';
import type { Sampler } from './sampler';

/** Where in a run the model is asked, and how the prompts are combined there. */
export interface ModelCall {
  /** Zero-based index of the step. */
  readonly step: number;
  /** Zero-based count of model runs so far: two per step for some samplers. */
  readonly evaluation: number;
  readonly sigma: number;
  /**
   * The negative prompt is left out (`skip_early_cond`, `s_min_uncond`): the CFG scale is 1, and the output for the first
   * part of the prompt stands in for that of the negative prompt.
   */
  readonly leavesOutNegative: boolean;
  /** Factor of the CFG scale: 1 but for samplers that have another unit for it. */
  readonly guidanceFactor: number;
  /** The output for the negative prompt is needed beside the guided one. */
  readonly needsUnconditioned: boolean;
}

/** A guided output, and the one for the negative prompt alone. */
export interface GuidedOutput {
  readonly output: Float32Array;
  readonly unconditioned?: Float32Array;
}

interface AskedRequest {
  readonly sampler: Sampler;
  readonly steps: number;
  /** Present for image to image. */
  readonly start?: unknown;
  predict(input: Float32Array, timestep: number, call: ModelCall): Promise<Float32Array | GuidedOutput>;
}

/**
 * Counts the model's runs for the caller, who switches prompts by them, and decides which leave the negative prompt out.
 * The web UI compares `s_min_uncond` with the sigma of k-diffusion's samplers and with the timestep of the others, and
 * counts `skip_early_cond` in shares of the steps of the pass, times two for samplers that run the model twice a step.
 */
export function createAsk(request: AskedRequest, settings: SamplingSettings, stepsOfRun: number) {
  const { sampler, predict } = request;
  const { guidanceFactor = 1, needsUnconditioned = false } = sampler;
  const { skip_early_cond: early = 0, s_min_uncond: minimum = 0, s_min_uncond_all: all = false } = settings;
  const total = (request.start === undefined ? request.steps : stepsOfRun) * sampler.evaluations;
  const countsTimesteps = sampler.space === 'timestep' || sampler.ownSchedule === 'unipc';
  let evaluation = 0;
  return async (input: Float32Array, timestep: number, sigma: number): Promise<GuidedOutput> => {
    const level = countsTimesteps ? timestep : sigma;
    const isEarly = early !== 0 && evaluation / total <= early;
    const isLow = minimum > 0 && level < minimum && (all || evaluation % 2 === 1);
    const step = Math.floor(evaluation / sampler.evaluations);
    const given = await predict(input, timestep, {
      step,
      evaluation: evaluation++,
      sigma,
      leavesOutNegative: isEarly || isLow,
      guidanceFactor,
      needsUnconditioned,
    });
    return given instanceof Float32Array ? { output: given } : given;
  };
}
