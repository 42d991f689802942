import { phaseIndex } from '../../../numerics/conditioning/index';
import { createImageNoise } from '../../../numerics/noise/index';
import { createNoiseTable, type NoiseTable, withFiniteEnd } from '../../../numerics/sigmas/index';
import type { StepPicture } from '../../../shared/engineProtocol';
import type { GenerationPlan, PlanParameters } from '../../../shared/plan';
import { failure, type Result, success } from '../../../shared/problem';
import type { LoadedModel } from '../../model/load';
import { runUnet, takesGuidance, type UnetCondition } from '../../model/unet';
import { latentPicture } from '../../preview/index';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import {
  combineGuidance,
  findSampler,
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
  const { seedResize } = parameters;
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
    training: model.training,
    architecture,
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
 * The UNet's output with guidance: `u + Σ weight · scale · (c − u)`. Without guidance, or with a model that takes it as an
 * input, a lone prompt is run alone.
 */
async function guided(
  model: LoadedModel,
  { cfgScale }: PlanParameters,
  prompts: EncodedPrompts,
  input: Float32Array,
  shape: Sampled['shape'],
  timestep: number,
  call: ModelCall,
): Promise<Float32Array> {
  const inForce = (phases: readonly EncodedPhase[]) => {
    const ends = phases.map((phase) => phase.endStep);
    return phases[phaseIndex(ends, call)].condition;
  };
  const positives = prompts.positive.map(({ phases, weight }) => ({ condition: inForce(phases), weight }));
  const isWithout = cfgScale === 1 || takesGuidance(model.unet);
  const isAlone = isWithout && positives.length === 1 && positives[0].weight === 1;
  const longest = Math.max(...positives.map(({ condition }) => condition.tokens));
  const conditions = positives.map(({ condition }) => lengthened(condition, longest));
  if (!isAlone) conditions.unshift(inForce(prompts.negative));
  const outputs = await runUnet(model.unet, input, shape, timestep, conditions, cfgScale);
  if (isAlone) return outputs[0];
  const [unconditioned, ...conditioned] = outputs;
  const weighted = conditioned.map((output, index) => ({ output, weight: positives[index].weight }));
  return combineGuidance(unconditioned, weighted, cfgScale);
}

/** The web UI makes parts of a composition equally long by repeating the last row of the shorter. */
function lengthened(condition: UnetCondition, tokens: number): UnetCondition {
  if (condition.tokens === tokens) return condition;
  const width = condition.hidden.length / condition.tokens;
  const hidden = new Float32Array(tokens * width);
  hidden.set(condition.hidden);
  const last = condition.hidden.subarray(-width);
  for (let row = condition.tokens; row < tokens; row++) hidden.set(last, row * width);
  return { ...condition, hidden, tokens };
}
