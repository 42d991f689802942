import { createHash } from 'node:crypto';
import type { TrainingSchedule } from '../../../numerics/sigmas/index';
import type { EngineOptions } from '../../../shared/engineProtocol';
import { readMergeStrategy } from '../../../shared/mergeStrategy';
import type { GenerationPlan, PlanModel } from '../../../shared/plan';
import { toRgb } from '../../image/index';
import type { LoraCache } from '../../lora/cache';
import type { ModelCache } from '../../model/cache';
import { decodeLatents } from '../../model/vaeDecoder';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import { type EngineLogger, failed, type JobHooks, type JobOutcome } from '../job';
import { createClock } from './clock';
import { decodedStep } from './fastDecoder';
import type { FastDecoderCache } from './fastDecoderCache';
import { checkPlan } from './limits';
import { makeLatents } from './passes';
import { createPlanContext } from './planContext';
import { writePicture } from './writePicture';

/** What stays open from one picture to the next. */
export interface GenerateCaches {
  readonly models: ModelCache;
  readonly loras: LoraCache;
  readonly decoder: FastDecoderCache;
}

export interface GenerateRequest {
  readonly plan: GenerationPlan;
  readonly options: EngineOptions;
  /** `.png`, `.jpg` or `.webp`; a name that is taken gets a number. */
  readonly outputPath: string;
  /** Gzipped merges of CLIP's vocabulary, for checkpoints, which bring none. */
  readonly clipMerges?: string;
}

/**
 * Makes the picture of a plan and writes it. Fails with `plan-invalid`, `merge-strategy`, and with the codes of opening the model and its
 * LoRAs, of sampling and of writing.
 */
export async function generate(
  { plan, options: given, outputPath, clipMerges }: GenerateRequest,
  { models, loras, decoder: decoders }: GenerateCaches,
  log: EngineLogger,
  hooks: JobHooks,
): Promise<JobOutcome> {
  const clock = createClock(hooks);
  const checked = checkPlan(plan);
  if (!checked.ok) return failed(checked);
  const strategy = readMergeStrategy(given.mergeStrategy);
  if (!strategy.ok) return failed(strategy);
  const options = { ...given, mergeStrategy: strategy.value.strategy };

  const sessionsBefore = models.created;
  await models.keepOnly(modelsOf(plan));
  const { isCancelled } = hooks;
  const context = createPlanContext({
    modelCache: models,
    loras,
    plan,
    options,
    loading: { clipMerges, isCancelled, report: (step, of) => clock.enter('load', of, step) },
    log,
    isCancelled,
    enter: clock.enter,
  });
  const first = await context.prepare(plan.model, plan.loras);
  if (!first.ok) return failed(first);
  if (first.value === undefined) return { type: 'cancelled' };
  const { merged } = first.value;
  const { decoder, problem: undecoded } = await decoders.take(options, first.value.model.latentChannels);
  if (undecoded !== undefined) log('warn', undecoded);

  const sampled = await makeLatents(first.value, plan, context, {
    enter: clock.enter,
    isCancelled,
    previewEvery: options.previewEvery,
    report: clock.step,
    ...(decoder && { picture: (latents, shape) => decodedStep(decoder, latents, shape) }),
  });
  if (!sampled.ok) return failed(sampled);
  if (sampled.value === undefined) return { type: 'cancelled' };
  loras.trim(context.used);
  const { latents, shape, model } = sampled.value;

  clock.enter('decode');
  const usesFastDecoder = decoder !== undefined && options.fastDecoder?.use === 'all';
  const pixels = usesFastDecoder
    ? await decoder.decode(latents, shape)
    : await decodeLatents(model.vae, latents, shape, model.scalingFactor, model.shiftFactor);
  await yieldToEventLoop();
  if (isCancelled()) return { type: 'cancelled' };

  clock.enter('write');
  const { seed } = plan.parameters;
  const { width, height } = plan.hires ?? plan.parameters;
  const picture = { width, height, rgb: toRgb(pixels, width, height) };
  const infotext = withNoiseTable(plan, model.training);
  const written = await writePicture(outputPath, picture, infotext, options.quality);
  if (!written.ok) return failed(written);
  const decodedFast = 'The finished picture was decoded by the fast decoder, not by the model’s own VAE.';
  const notes = [
    strategy.value.note,
    model.runtime.note,
    undecoded,
    usesFastDecoder ? decodedFast : undefined,
  ].filter((note) => note !== undefined);
  return {
    type: 'done',
    result: {
      path: written.value,
      infotext,
      seed,
      width,
      height,
      merged: merged.reports,
      provider: model.runtime.provider,
      ...(notes.length > 0 && { notes }),
      strategy: merged.strategy,
      timings: clock.finish(),
      sessionsCreated: models.created - sessionsBefore,
      latentsSha256: sha256(latents),
    },
  };
}

/** Every model a picture needs. */
function modelsOf({ model, hires, refiner }: GenerationPlan): PlanModel[] {
  return [model, ...(hires?.model ? [hires.model] : []), ...(refiner ? [refiner.model] : [])];
}

function sha256(values: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

/**
 * The text under the picture, with the noise table of a model of zero terminal SNR: whether a model is one, only its own
 * configuration says, and another program needs to be told.
 */
function withNoiseTable({ infotext, parameters }: GenerationPlan, training: TrainingSchedule): string {
  if (!training.rescaleBetasZeroSnr || parameters.zeroSnrTable !== undefined) return infotext;
  if (training.zeroSnrTable === 'diffusers') return `${infotext}, Zero SNR table: diffusers`;
  return parameters.settings?.sd_noise_schedule === undefined
    ? `${infotext}, Noise Schedule: Zero Terminal SNR`
    : infotext;
}
