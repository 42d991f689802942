import type { EnginePhase } from '../../shared/engineProtocol';
import type { GenerationPlan } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { breathe } from '../weights/binding';
import type { UsableEmbedding } from './embeddings';
import { enlarge } from './hires';
import { readInitImage } from './initImage';
import type { LoadedModel } from './loadModel';
import { encodePrompts } from './prompts';
import { firstPass, type Pass, type Sampled, type SamplingHooks, sampleLatents } from './sampling';

export interface PassHooks extends SamplingHooks {
  enter(phase: EnginePhase, of?: number): void;
}

/** Makes the final latents of a plan: from noise or from a picture, in one pass or two. Undefined when cancelled. */
export async function makeLatents(
  model: LoadedModel,
  plan: GenerationPlan,
  embeddings: readonly UsableEmbedding[],
  hooks: PassHooks,
): Promise<Result<Sampled | undefined>> {
  const sized = checkSizes(model, plan);
  if (!sized.ok) return sized;
  hooks.enter('encode');
  const start = await startOf(model, plan);
  if (!start.ok) return start;
  const prompts = await encodePrompts(model, plan, embeddings);
  if (!prompts.ok) return prompts;
  hooks.enter('sample', plan.parameters.steps);
  const first = await sampleLatents(model, firstPass(plan, start.value), prompts.value, hooks);
  if (!first.ok || first.value === undefined || plan.hires === undefined) return first;

  hooks.enter('encode');
  await breathe();
  if (hooks.isCancelled()) return success(undefined);
  const { hires } = plan;
  const { width, height, steps, sampler, scheduleType, cfgScale } = hires;
  const latents = await enlarge(model, first.value, hires);
  if (!latents.ok) return latents;
  const parameters = { ...plan.parameters, width, height, steps, sampler, scheduleType, cfgScale };
  const { positive, negative } = hires;
  const again = await encodePrompts(model, { positive, negative, parameters }, embeddings);
  if (!again.ok) return again;
  hooks.enter('sample', steps);
  const second: Pass = {
    parameters,
    architecture: plan.model.architecture,
    start: { latents: latents.value, strength: hires.strength },
  };
  return sampleLatents(model, second, again.value, hooks);
}

async function startOf(model: LoadedModel, plan: GenerationPlan): Promise<Result<Pass['start']>> {
  const { init, parameters } = plan;
  if (init === undefined) return success(undefined);
  const picture = readInitImage(init.path, parameters.width, parameters.height);
  if (!picture.ok) return picture;
  const latents = await model.vaeEncoder.encode(picture.value);
  return latents.ok ? success({ latents: latents.value, strength: init.strength }) : latents;
}

/** Fails with `size-not-possible` where the model's graph would stop in the middle of a step. */
function checkSizes({ sideUnit }: LoadedModel, { parameters, hires }: GenerationPlan): Result<void> {
  for (const { width, height } of [parameters, ...(hires ? [hires] : [])]) {
    if (width % sideUnit === 0 && height % sideUnit === 0) continue;
    const near = (side: number) => Math.max(sideUnit, Math.round(side / sideUnit) * sideUnit);
    return failure(
      'size-not-possible',
      `This model makes pictures whose sides are multiples of ${sideUnit}; ${width}x${height} is none.`,
      `Use ${near(width)}x${near(height)}.`,
    );
  }
  return success(undefined);
}
