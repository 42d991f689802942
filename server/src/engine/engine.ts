import { createHash } from 'node:crypto';
import type { EngineOptions, EnginePhase, GenerationResult, StepPicture } from '../shared/engineProtocol';
import type { Measurement, MeasurePlan } from '../shared/measurement';
import type { GenerationPlan, PlanModel } from '../shared/plan';
import type { Problem } from '../shared/problem';
import { toRgb } from './image/index';
import { decodedStep, type FastDecoder, fastDecoderKey, openFastDecoder } from './jobs/generate/fastDecoder';
import { checkPlan } from './jobs/generate/limits';
import { makeLatents, type StepReport } from './jobs/generate/passes';
import { createStage } from './jobs/generate/planContext';
import { writePicture } from './jobs/generate/writePicture';
import { measure } from './jobs/measure/index';
import { createNorms } from './jobs/measure/norms';
import { createLoraCache } from './lora/cache';
import { createModelShelf } from './model/cache';
import { decodeLatents } from './model/vaeDecoder';
import { breathe } from './weights/binding';

export type EngineLogger = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;

/** The progress event of the protocol, without its job. */
export interface JobProgress {
  readonly phase: EnginePhase;
  readonly step: number;
  readonly of: number;
  readonly picture?: StepPicture;
  readonly overall?: number;
  readonly pass?: { readonly index: number; readonly of: number };
}

/** What a job tells while it runs, and how it hears of a cancel. */
export interface JobHooks {
  isCancelled(): boolean;
  progress(progress: JobProgress): void;
}

export type JobOutcome<T = GenerationResult> =
  | { readonly type: 'done'; readonly result: T }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly problem: Problem };

/** Makes images and measures networks, one job at a time. Keeps the model and the networks open between jobs. */
export interface Engine {
  generate(
    plan: GenerationPlan,
    options: EngineOptions,
    outputPath: string,
    hooks: JobHooks,
  ): Promise<JobOutcome>;
  /** Says how much networks change a model's weights. Opens no session, and leaves those that are open alone. */
  measure(plan: MeasurePlan, hooks: JobHooks): Promise<JobOutcome<Measurement>>;
  /** Frees sessions and files; the next job opens them again. */
  unload(): Promise<void>;
}

/** Files that come with the program. */
export interface EngineFiles {
  /** Gzipped merges of CLIP's vocabulary; without it checkpoints that bring no tokenizer cannot be used. */
  readonly clipMerges?: string;
}

/** Creates an engine with nothing loaded. */
export function createEngine(log: EngineLogger, files: EngineFiles = {}): Engine {
  const loras = createLoraCache();
  const shelf = createModelShelf();
  const norms = createNorms();

  let decoder: FastDecoder | undefined;

  const unload = async () => {
    await shelf.release();
    await decoder?.release();
    decoder = undefined;
    loras.close();
  };

  /** Opens the small decoder that is wished for, or says why there is none. */
  const takeDecoder = async ({ fastDecoder, threads }: EngineOptions, channels: number) => {
    const key = fastDecoder && fastDecoderKey(fastDecoder.path);
    if (decoder && decoder.key === key) return undefined;
    await decoder?.release();
    decoder = undefined;
    if (!fastDecoder) return undefined;
    const opened = await openFastDecoder(fastDecoder.path, channels, threads);
    if (opened.ok) decoder = opened.value;
    return opened.ok ? undefined : opened.problem.message;
  };

  const generate: Engine['generate'] = async (plan, options, outputPath, hooks) => {
    const clock = createClock(hooks);
    const checked = checkPlan(plan);
    if (!checked.ok) return failed(checked);

    const sessionsBefore = shelf.created;
    await shelf.keepOnly(modelsOf(plan));
    const { isCancelled } = hooks;
    const stage = createStage({
      shelf,
      loras,
      plan,
      options,
      loading: { ...files, isCancelled, report: (step, of) => clock.enter('load', of, step) },
      log,
      isCancelled,
      enter: clock.enter,
    });
    const first = await stage.prepare(plan.model, plan.loras);
    if (!first.ok) return failed(first);
    if (first.value === undefined) return { type: 'cancelled' };
    const { merged } = first.value;
    const undecoded = await takeDecoder(options, first.value.model.latentChannels);
    if (undecoded !== undefined) log('warn', undecoded);
    const fast = decoder;

    const sampled = await makeLatents(first.value, plan, stage, {
      enter: clock.enter,
      isCancelled,
      previewEvery: options.previewEvery,
      report: clock.step,
      ...(fast && { picture: (latents, shape) => decodedStep(fast, latents, shape) }),
    });
    if (!sampled.ok) return failed(sampled);
    if (sampled.value === undefined) return { type: 'cancelled' };
    loras.trim(stage.used);
    const { latents, shape, model } = sampled.value;

    clock.enter('decode');
    const drawsFast = fast !== undefined && options.fastDecoder?.use === 'all';
    const pixels = drawsFast
      ? await fast.decode(latents, shape)
      : await decodeLatents(model.vae, latents, shape, model.scalingFactor, model.shiftFactor);
    await breathe();
    if (isCancelled()) return { type: 'cancelled' };

    clock.enter('write');
    const { seed } = plan.parameters;
    const { width, height } = plan.hires ?? plan.parameters;
    const picture = { width, height, rgb: toRgb(pixels, width, height) };
    const written = await writePicture(outputPath, picture, plan.infotext, options.quality);
    if (!written.ok) return failed(written);
    const drawn = 'The finished picture is drawn by the fast decoder, not by the model’s own.';
    const notes = [model.runtime.note, undecoded, drawsFast ? drawn : undefined].filter(
      (note) => note !== undefined,
    );
    return {
      type: 'done',
      result: {
        path: written.value,
        infotext: plan.infotext,
        seed,
        width,
        height,
        merged: merged.reports,
        provider: model.runtime.provider,
        ...(notes.length > 0 && { notes }),
        strategy: merged.strategy,
        timings: clock.finish(),
        sessionsCreated: shelf.created - sessionsBefore,
        latentsSha256: sha256(latents),
      },
    };
  };
  return { generate, measure: (plan, hooks) => measure(plan, { files: loras, norms }, hooks), unload };
}

/** Every model a picture needs. */
function modelsOf({ model, hires, refiner }: GenerationPlan): PlanModel[] {
  return [model, ...(hires?.model ? [hires.model] : []), ...(refiner ? [refiner.model] : [])];
}

function failed(result: { readonly problem: Problem }): JobOutcome {
  return { type: 'failed', problem: result.problem };
}

function sha256(values: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

/** Times phases and reports how far the job has come: forward only, whatever has to be loaded in between. */
function createClock(hooks: JobHooks) {
  const start = performance.now();
  const timings: Partial<Record<EnginePhase | 'total', number>> = {};
  let phase: EnginePhase | undefined;
  let since = start;
  let position: Pick<JobProgress, 'overall' | 'pass'> = {};
  const close = () => {
    const now = performance.now();
    // A phase may come twice: a hires fix samples twice.
    if (phase) timings[phase] = (timings[phase] ?? 0) + now - since;
    since = now;
  };
  return {
    enter(next: EnginePhase, of = 1, step = 0): void {
      close();
      phase = next;
      hooks.progress({ phase: next, step, of, ...position });
    },
    step({ step, of, picture, overall, pass }: StepReport): void {
      // A pass that turns out longer than it was thought must not turn the bar back.
      position = { overall: Math.max(position.overall ?? 0, overall), ...(pass && { pass }) };
      hooks.progress({ phase: 'sample', step, of, ...(picture && { picture }), ...position });
    },
    finish() {
      close();
      timings.total = performance.now() - start;
      return timings;
    },
  };
}
