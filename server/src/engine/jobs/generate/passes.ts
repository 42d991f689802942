import type { EnginePhase, StepPicture } from '../../../shared/engineProtocol';
import type { GenerationPlan, PlanHires, PlanRefiner } from '../../../shared/plan';
import { failure, type Result, success } from '../../../shared/problem';
import type { SamplingSettings } from '../../../shared/samplingSettings';
import type { LoadedModel } from '../../model/load';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import { enlarge } from './hires';
import { readInitImage } from './initImage';
import type { PlanContext, PreparedModel } from './planContext';
import { encodePrompts } from './prompts';
import { firstPass, type Pass, type Sampled, type SamplingHooks, sampleLatents } from './sampling';

/** A step, and where it stands in the whole. */
export interface StepReport {
  readonly step: number;
  readonly of: number;
  readonly picture?: StepPicture | undefined;
  /** Share of all sampling that is done. */
  readonly overall: number;
  readonly pass?: { readonly index: number; readonly of: number };
}

export interface PassHooks extends Omit<SamplingHooks, 'report'> {
  enter(phase: EnginePhase, of?: number, step?: number): void;
  report(report: StepReport): void;
}

/**
 * Makes the final latents of a plan: from noise or from a picture, in one pass or two, the end of a pass by a refiner if
 * the plan has one. Undefined when cancelled.
 */
export async function makeLatents(
  ready: PreparedModel,
  plan: GenerationPlan,
  context: PlanContext,
  hooks: PassHooks,
): Promise<Result<Sampled | undefined>> {
  const { hires, refiner } = plan;
  const sized = checkSize(ready.model, plan.parameters);
  if (!sized.ok) return sized;
  const largest = hires && hires.model === undefined ? checkSize(ready.model, hires) : success(undefined);
  if (!largest.ok) return largest;
  hooks.enter('encode');
  const start = await startOf(ready.model, plan);
  if (!start.ok) return start;
  const prompts = await encodePrompts(ready.model, plan, ready.embeddings);
  if (!prompts.ok) return prompts;
  hooks.enter('sample', plan.parameters.steps);
  const sampling = passHooks(plan, 0, hooks);
  const refinesFirst = refiner && (hires === undefined || refiner.passes !== 'second');
  const first = await sampleLatents(
    ready.model,
    {
      ...firstPass(plan, start.value),
      ...(refinesFirst && { handOver: handOver(refiner, plan, context, hooks, sampling.last) }),
    },
    prompts.value,
    sampling,
  );
  if (!first.ok || first.value === undefined || hires === undefined) return first;
  return secondPass(ready, plan, hires, first.value, context, hooks);
}

/**
 * What sampling of one pass tells: counts for the whole picture what each pass costs, a step of the second for as many
 * pixels as it has more.
 */
function passHooks(
  plan: GenerationPlan,
  index: 0 | 1,
  hooks: PassHooks,
): SamplingHooks & { last(): [number, number] } {
  const { parameters, hires } = plan;
  const areas = [parameters, ...(hires ? [hires] : [])].map(({ width, height }) => width * height);
  const steps = [parameters.steps, hires ? hires.steps : 0];
  let last: [number, number] = [0, steps[index]!];
  return {
    previewEvery: hooks.previewEvery,
    isCancelled: hooks.isCancelled,
    ...(hooks.picture && { picture: hooks.picture }),
    last: () => last,
    report(step, of, picture) {
      last = [step, of];
      steps[index] = of;
      const costs = areas.map((area, i) => area * steps[i]!);
      const done = (index === 1 ? costs[0]! : 0) + areas[index]! * step;
      const overall = done / costs.reduce((sum, cost) => sum + cost, 0);
      const pass = hires && { index: index + 1, of: 2 };
      hooks.report({ step, of, picture, overall, ...(pass && { pass }) });
    },
  };
}

/** The second pass of a hires fix: with its own model and networks where it has some, else with those of the first. */
async function secondPass(
  ready: PreparedModel,
  plan: GenerationPlan,
  hires: PlanHires,
  first: Sampled,
  context: PlanContext,
  hooks: PassHooks,
): Promise<Result<Sampled | undefined>> {
  hooks.enter('encode');
  await yieldToEventLoop();
  if (hooks.isCancelled()) return success(undefined);
  // Networks or a refiner may have changed what is loaded since the first pass began.
  const isSame = hires.model === undefined && hires.loras === undefined && first.model === ready.model;
  const again = isSame
    ? success(ready)
    : await context.prepare(hires.model ?? plan.model, hires.loras ?? plan.loras);
  if (!again.ok || again.value === undefined) return again as Result<undefined>;
  const { model, embeddings } = again.value;
  const sized = checkSize(model, hires);
  if (!sized.ok) return sized;
  hooks.enter('encode');
  const { width, height, steps, sampler, scheduleType, cfgScale } = hires;
  const latents = await enlarge(model, first, hires);
  if (!latents.ok) return latents;
  const settings = secondPassSettings(plan.parameters.settings);
  const parameters = { ...plan.parameters, width, height, steps, sampler, scheduleType, cfgScale, settings };
  const { positive, negative } = hires;
  const prompts = await encodePrompts(model, { positive, negative, parameters }, embeddings);
  if (!prompts.ok) return prompts;
  hooks.enter('sample', steps);
  const { refiner } = plan;
  const sampling = passHooks(plan, 1, hooks);
  const second: Pass = {
    parameters,
    architecture: (hires.model ?? plan.model).architecture,
    start: { latents: latents.value, strength: hires.strength, takesAllSteps: true },
    ...(refiner &&
      refiner.passes !== 'first' && {
        handOver: handOver(refiner, { positive, negative, parameters }, context, hooks, sampling.last),
      }),
  };
  return sampleLatents(model, second, prompts.value, sampling);
}

/** Gets a refiner ready in the middle of a pass. */
function handOver(
  refiner: PlanRefiner,
  texts: Pick<GenerationPlan, 'positive' | 'negative' | 'parameters'>,
  context: PlanContext,
  hooks: PassHooks,
  last: () => readonly [step: number, of: number],
): NonNullable<Pass['handOver']> {
  const { switchAt, bySteps } = refiner;
  return {
    switchAt,
    bySteps,
    async open() {
      const ready = await context.prepare(refiner.model, refiner.loras);
      if (!ready.ok || ready.value === undefined) return ready as Result<undefined>;
      const { model, embeddings } = ready.value;
      const sized = checkSize(model, texts.parameters);
      if (!sized.ok) return sized;
      hooks.enter('encode');
      const prompts = await encodePrompts(model, texts, embeddings);
      if (!prompts.ok) return prompts;
      const [step, of] = last();
      hooks.enter('sample', of, step);
      return success({ model, prompts: prompts.value });
    },
  };
}

async function startOf(model: LoadedModel, plan: GenerationPlan): Promise<Result<Pass['start']>> {
  const { init, parameters } = plan;
  if (init === undefined) return success(undefined);
  const picture = await readInitImage(init.path, parameters.width, parameters.height);
  if (!picture.ok) return picture;
  const latents = await model.vaeEncoder.encode(picture.value);
  return latents.ok ? success({ latents: latents.value, strength: init.strength }) : latents;
}

/** Fails with `size-not-possible` where the model's graph would stop in the middle of a step. */
function checkSize(
  { sideUnit }: LoadedModel,
  { width, height }: { readonly width: number; readonly height: number },
): Result<void> {
  if (width % sideUnit === 0 && height % sideUnit === 0) return success(undefined);
  const near = (side: number) => Math.max(sideUnit, Math.round(side / sideUnit) * sideUnit);
  return failure(
    'size-not-possible',
    `This model makes pictures whose sides are multiples of ${sideUnit}; ${width}x${height} is none.`,
    `Use ${near(width)}x${near(height)}.`,
  );
}

/** The factor of the noise on an init image is none of the second pass's. */
function secondPassSettings(settings: SamplingSettings | undefined): SamplingSettings | undefined {
  if (settings === undefined) return undefined;
  const { initial_noise_multiplier: _, ...rest } = settings;
  return rest;
}
