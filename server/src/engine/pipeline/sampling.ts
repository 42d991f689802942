import type { StepPicture } from '../../shared/engineProtocol';
import type { GenerationPlan, PlanParameters } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { phaseIndex } from '../conditioning/index';
import { createImageNoise } from '../noise/index';
import { latentPicture } from '../preview/index';
import { combineGuidance, findSampler, type ModelCall, startSampling } from '../samplers/index';
import { breathe } from '../weights/binding';
import type { LoadedModel } from './loadModel';
import type { EncodedPhase, EncodedPrompts } from './prompts';
import { runUnet, takesGuidance, type UnetCondition } from './unet';

/** Final latents, as the sampler leaves them: scaled, `[channels, height, width]`. */
export interface Sampled {
  readonly latents: Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
}

export interface SamplingHooks {
  readonly previewEvery: number;
  isCancelled(): boolean;
  report(step: number, of: number, picture?: StepPicture): void;
}

/** What one pass over the latents is made with. */
export interface Pass {
  readonly parameters: PlanParameters;
  readonly architecture?: string;
  /** Scaled latents to start from, and how far to go back. */
  readonly start?: { readonly latents: Float32Array; readonly strength: number };
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
  const predict = (input: Float32Array, timestep: number, call: ModelCall) =>
    guided(model, parameters, prompts, input, shape, timestep, call);
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
    await breathe();
    if (hooks.isCancelled()) {
      await run.steps.return(new Float32Array(0));
      return success(undefined);
    }
    const next = await run.steps.next();
    if (next.done) return success({ latents: next.value, shape });
    const { step, of, denoised } = next.value;
    const wantsPicture = hooks.previewEvery > 0 && (step + 1) % hooks.previewEvery === 0 && step + 1 < of;
    hooks.report(step + 1, of, wantsPicture ? latentPicture(denoised, shape, architecture) : undefined);
  }
}

/**
 * The UNet's output with guidance: `u + Σ weight · scale · (c − u)`. Without guidance, or with a model that takes it as an
 * input, a lone prompt is run alone.
 */
async function guided(
  model: LoadedModel,
  { cfgScale, steps }: PlanParameters,
  prompts: EncodedPrompts,
  input: Float32Array,
  shape: Sampled['shape'],
  timestep: number,
  call: ModelCall,
): Promise<Float32Array> {
  const inForce = (phases: readonly EncodedPhase[]) => {
    const ends = phases.map((phase) => phase.endStep);
    return phases[phaseIndex(ends, call, steps)].condition;
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
