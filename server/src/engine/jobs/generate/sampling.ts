import { phaseIndex } from '../../../numerics/conditioning/index';
import { createImageNoise } from '../../../numerics/noise/index';
import { createNoiseTable, type NoiseTable, withFiniteEnd } from '../../../numerics/sigmas/index';
import type { StepPicture } from '../../../shared/engineProtocol';
import type { GenerationPlan, PlanParameters } from '../../../shared/plan';
import { failure, type Result, success } from '../../../shared/problem';
import type { LoadedModel } from '../../model/load';
import { runUnet, takesGuidance } from '../../model/unet';
import { latentPicture } from '../../preview/index';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import { lengthenedConditions } from '../../samplers/conditionLength';
import {
  findSampler,
  type GuidedOutput,
  guidedOutput,
  type ModelCall,
  type RunStart,
  type Sampler,
  startSampling,
} from '../../samplers/index';
import type { EncodedPhase, EncodedPrompts } from './prompts';

/** Final latents, as the sampler leaves them: scaled, `[channels, height, width]`. */
export interface Sampled {
  readonly latents: Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
  /** The model that finished them. */
  readonly model: LoadedModel;
}

export interface SamplingHooks {
  readonly previewEvery: number;
  isCancelled(): boolean;
  /** Makes a step's picture; by linear factors where it is absent. */
  picture?(latents: Float32Array, shape: Sampled['shape']): Promise<StepPicture | undefined>;
  /** A step of this pass is done. */
  report(step: number, of: number, picture?: StepPicture): void;
}

/** What one pass over the latents is made with. */
export interface Pass {
  readonly parameters: PlanParameters;
  readonly architecture?: string;
  readonly start?: RunStart;
  readonly handOver?: HandOver;
}

/** Another model for the last part of a pass. */
export interface HandOver {
  /** Share of the way, 0 … 1; counted in model runs if `bySteps`, else in timesteps of the training. */
  readonly switchAt: number;
  readonly bySteps: boolean;
  /** Gets it ready; asked once, when it is its turn. Undefined when cancelled. */
  open(): Promise<Result<{ model: LoadedModel; prompts: EncodedPrompts } | undefined>>;
}

/** The only or the first pass of a plan. */
export function firstPass(plan: GenerationPlan, start?: Pass['start']): Pass {
  return { parameters: plan.parameters, architecture: plan.model.architecture, start };
}

/** Pixels per latent, on each side. */
const VAE_FACTOR = 8;

/** A size in latents instead of pixels. */
function cells({ width, height }: { width: number; height: number }): { width: number; height: number } {
  return { width: Math.floor(width / VAE_FACTOR), height: Math.floor(height / VAE_FACTOR) };
}

/** Runs the sampler. Undefined when it was cancelled; the cancel is looked at between steps. */
export async function sampleLatents(
  model: LoadedModel,
  pass: Pass,
  prompts: EncodedPrompts,
  hooks: SamplingHooks,
): Promise<Result<Sampled | undefined>> {
  const { parameters, architecture, start } = pass;
  const { seedResize, zeroSnrTable } = parameters;
  const sampler = findSampler(parameters.sampler);
  if (!sampler)
    return failure(
      'sampler-unknown',
      `There is no sampler "${parameters.sampler}".`,
      'Use one of the samplers the completion offers.',
    );
  const shape = [
    model.latentChannels,
    parameters.height / VAE_FACTOR,
    parameters.width / VAE_FACTOR,
  ] as const;
  const noise = createImageNoise({
    kind: parameters.rng,
    seed: parameters.seed,
    shape,
    ensd: parameters.ensd,
    ...(parameters.variation && { variation: parameters.variation }),
    ...(seedResize && { resizeFrom: cells(seedResize) }),
  });
  const { handOver } = pass;
  let inForce = { model, prompts };
  let stopped: Result<undefined> | undefined;
  let isHandedOver = handOver === undefined;
  const table = withFiniteEnd(createNoiseTable(model.training));
  const predict = async (input: Float32Array, timestep: number, call: ModelCall) => {
    if (handOver && !isHandedOver && share(handOver, pass, sampler, table, call) >= handOver.switchAt) {
      isHandedOver = true;
      const next = await handOver.open();
      if (!next.ok || next.value === undefined) {
        stopped = next.ok ? success(undefined) : next;
        throw STOPPED;
      }
      inForce = next.value;
    }
    return guided(inForce.model, parameters, inForce.prompts, input, shape, timestep, call);
  };
  const run = startSampling({
    sampler,
    scheduleType: parameters.scheduleType,
    steps: parameters.steps,
    noise,
    prediction: model.prediction,
    training: { ...model.training, ...(zeroSnrTable && { zeroSnrTable }) },
    architecture,
    ...(parameters.settings && { settings: parameters.settings }),
    start,
    predict,
  });
  for (;;) {
    await yieldToEventLoop();
    if (hooks.isCancelled()) {
      await run.steps.return(new Float32Array(0));
      return success(undefined);
    }
    const next = await run.steps.next().catch((error: unknown) => {
      if (error === STOPPED) return undefined;
      throw error;
    });
    if (next === undefined) return stopped ?? success(undefined);
    if (next.done) return success({ latents: next.value, shape, model: inForce.model });
    const { step, of, denoised } = next.value;
    const wantsPicture = hooks.previewEvery > 0 && (step + 1) % hooks.previewEvery === 0 && step + 1 < of;
    const picture = hooks.picture ?? (async (latents) => latentPicture(latents, shape, architecture));
    hooks.report(step + 1, of, wantsPicture ? await picture(denoised, shape) : undefined);
  }
}

/** Thrown through a sampler that has to stop in the middle of a step; the reason is kept beside it. */
const STOPPED = Symbol('stopped');

/** How far a pass has come, 0 … 1, where the model is asked. */
function share(
  { bySteps }: HandOver,
  { parameters, start }: Pass,
  { evaluations }: Sampler,
  { sigmas }: NoiseTable,
  call: ModelCall,
): number {
  if (bySteps) return call.evaluation / (stepsOf(parameters.steps, start) * evaluations);
  let nearest = 0;
  for (let t = 1; t < sigmas.length; t++)
    if (Math.abs(sigmas[t]! - call.sigma) < Math.abs(sigmas[nearest]! - call.sigma)) nearest = t;
  return (sigmas.length - 1 - nearest) / sigmas.length;
}

/** Steps the web UI counts a pass as. */
function stepsOf(steps: number, start: RunStart | undefined): number {
  return start && !start.takesAllSteps ? Math.min(steps, Math.floor(steps * start.strength) + 1) : steps;
}

/**
 * The UNet's output with guidance. Without guidance, or with a model that takes it as an input, a lone prompt is run
 * alone, and so are the parts of the prompt where the call leaves the negative prompt out.
 */
async function guided(
  model: LoadedModel,
  { cfgScale, settings = {}, cfgRescale }: PlanParameters,
  prompts: EncodedPrompts,
  input: Float32Array,
  shape: Sampled['shape'],
  timestep: number,
  call: ModelCall,
): Promise<GuidedOutput> {
  const inForce = (phases: readonly EncodedPhase[]) => {
    const ends = phases.map((phase) => phase.endStep);
    return phases[phaseIndex(ends, call)]!.condition;
  };
  const isWithout = cfgScale * call.guidanceFactor === 1 || takesGuidance(model.unet);
  const weights = prompts.positive.map(({ weight }) => weight);
  const isAlone = isWithout && weights.length === 1 && weights[0] === 1 && !call.needsUnconditioned;
  const { positive, negative } = lengthenedConditions(
    prompts.positive.map(({ phases }) => inForce(phases)),
    inForce(prompts.negative),
    settings,
    prompts.empty,
  );
  const leavesOut = isAlone || call.leavesOutNegative;
  const conditions = leavesOut ? positive : [negative, ...positive];
  const outputs = await runUnet(model.unet, input, shape, timestep, conditions, cfgScale);
  if (isAlone) return { output: outputs[0]! };
  const conditioned = (leavesOut ? outputs : outputs.slice(1)).map((output, i) => ({
    output,
    weight: weights[i]!,
  }));
  return guidedOutput(leavesOut ? undefined : outputs[0], conditioned, cfgScale, call, cfgRescale);
}
