import type { StepPicture } from '../../shared/engineProtocol';
import type { GenerationPlan } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { phaseIndex } from '../conditioning/index';
import { createImageNoise } from '../noise/index';
import { latentPicture } from '../preview/index';
import { combineGuidance, findSampler, type ModelCall, startSampling } from '../samplers/index';
import { breathe } from '../weights/binding';
import type { LoadedModel } from './loadModel';
import type { EncodedPhase, EncodedPrompts } from './prompts';
import { runUnet, type UnetCondition } from './unet';

/** Final latents, as the sampler leaves them: scaled, `[channels, height, width]`. */
export interface Sampled {
  readonly latents: Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
}

interface SamplingHooks {
  readonly previewEvery: number;
  isCancelled(): boolean;
  report(step: number, of: number, picture?: StepPicture): void;
}

/** Pixels per latent, on each side. */
const VAE_FACTOR = 8;

/** Runs the sampler. Undefined when it was cancelled; the cancel is looked at between steps. */
export async function sampleLatents(
  model: LoadedModel,
  plan: GenerationPlan,
  prompts: EncodedPrompts,
  hooks: SamplingHooks,
): Promise<Result<Sampled | undefined>> {
  const { parameters } = plan;
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
  });
  const predict = (input: Float32Array, timestep: number, call: ModelCall) =>
    guided(model, plan, prompts, input, shape, timestep, call);
  const run = startSampling({
    sampler,
    scheduleType: parameters.scheduleType,
    steps: parameters.steps,
    noise,
    prediction: model.prediction,
    training: model.training,
    architecture: plan.model.architecture,
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
    hooks.report(
      step + 1,
      of,
      wantsPicture ? latentPicture(denoised, shape, plan.model.architecture) : undefined,
    );
  }
}

/** The UNet's output with guidance: `u + Σ weight · scale · (c − u)`. Without guidance, a lone prompt is run alone. */
async function guided(
  model: LoadedModel,
  plan: GenerationPlan,
  prompts: EncodedPrompts,
  input: Float32Array,
  shape: Sampled['shape'],
  timestep: number,
  call: ModelCall,
): Promise<Float32Array> {
  const { cfgScale, steps } = plan.parameters;
  const inForce = (phases: readonly EncodedPhase[]) => {
    const ends = phases.map((phase) => phase.endStep);
    return phases[phaseIndex(ends, call, steps)].condition;
  };
  const positives = prompts.positive.map(({ phases, weight }) => ({ condition: inForce(phases), weight }));
  const isAlone = cfgScale === 1 && positives.length === 1 && positives[0].weight === 1;
  const longest = Math.max(...positives.map(({ condition }) => condition.tokens));
  const conditions = positives.map(({ condition }) => lengthened(condition, longest));
  if (!isAlone) conditions.unshift(inForce(prompts.negative));
  const outputs = await runUnet(model.unet, input, shape, timestep, conditions);
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
