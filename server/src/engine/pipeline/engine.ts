import { createHash } from 'node:crypto';
import type {
  EngineOptions,
  EnginePhase,
  GenerationResult,
  MergeReport,
  StepPicture,
} from '../../shared/engineProtocol';
import type { GenerationPlan } from '../../shared/plan';
import type { Problem } from '../../shared/problem';
import { breathe } from '../weights/binding';
import { bindLoras } from './bindLoras';
import { openEmbeddings } from './embeddings';
import { checkPlan } from './limits';
import { type LoadedModel, loadModel } from './loadModel';
import { createLoraCache } from './loraCache';
import { makeLatents } from './passes';
import { decodeLatents } from './vae';
import { writePicture } from './writePicture';

export type EngineLogger = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;

/** What a job tells while it runs, and how it hears of a cancel. */
export interface JobHooks {
  isCancelled(): boolean;
  progress(progress: { phase: EnginePhase; step: number; of: number; picture?: StepPicture }): void;
}

export type JobOutcome =
  | { readonly type: 'done'; readonly result: GenerationResult }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly problem: Problem };

/** Makes images, one at a time. Keeps the model and the networks open between jobs. */
export interface Engine {
  generate(
    plan: GenerationPlan,
    options: EngineOptions,
    outputPath: string,
    hooks: JobHooks,
  ): Promise<JobOutcome>;
  /** Frees sessions and files; the next job opens them again. */
  unload(): Promise<void>;
}

/** Creates an engine with nothing loaded. */
export function createEngine(log: EngineLogger): Engine {
  const loras = createLoraCache();
  let model: LoadedModel | undefined;

  const unload = async () => {
    const old = model;
    model = undefined;
    await old?.release();
    loras.close();
  };

  const generate: Engine['generate'] = async (plan, options, outputPath, hooks) => {
    const clock = createClock(hooks);
    const checked = checkPlan(plan);
    if (!checked.ok) return failed(checked);

    clock.enter('load');
    const loaded = await loadModel(plan.model.path, options, model);
    if (!loaded.ok) return failed(loaded);
    model = loaded.value.model;
    if (loaded.value.warning !== undefined) log('warn', loaded.value.warning);
    const current = model;
    const sessionsBefore = loaded.value.createdBefore;
    await breathe();
    if (hooks.isCancelled()) return { type: 'cancelled' };

    clock.enter('merge');
    const opened = loras.openAll(plan.loras);
    if (!opened.ok) return failed(opened);
    const merged = await bindLoras(current, opened.value);
    if (!merged.ok) return failed(merged);
    loras.trim(opened.value);
    for (const report of merged.value.reports)
      if (report.applied < report.total) log('info', describe(report));
    await breathe();
    if (hooks.isCancelled()) return { type: 'cancelled' };

    const embeddings = openEmbeddings(current, plan.embeddings ?? []);
    if (!embeddings.ok) return failed(embeddings);
    for (const reason of embeddings.value.leftOut) log('warn', reason);
    const sampled = await makeLatents(current, plan, embeddings.value.usable, {
      enter: clock.enter,
      isCancelled: hooks.isCancelled,
      previewEvery: options.previewEvery,
      report: (step, of, picture) => hooks.progress({ phase: 'sample', step, of, picture }),
    });
    if (!sampled.ok) return failed(sampled);
    if (sampled.value === undefined) return { type: 'cancelled' };
    const { latents, shape } = sampled.value;

    clock.enter('decode');
    const pixels = await decodeLatents(
      current.vae,
      latents,
      shape,
      current.scalingFactor,
      current.shiftFactor,
    );
    await breathe();
    if (hooks.isCancelled()) return { type: 'cancelled' };

    clock.enter('write');
    const { seed } = plan.parameters;
    const { width, height } = plan.hires ?? plan.parameters;
    const written = await writePicture(outputPath, pixels, width, height, plan.infotext);
    if (!written.ok) return failed(written);
    return {
      type: 'done',
      result: {
        path: outputPath,
        infotext: plan.infotext,
        seed,
        width,
        height,
        merged: merged.value.reports,
        strategy: merged.value.strategy,
        timings: clock.finish(),
        sessionsCreated: current.runtime.created - sessionsBefore,
        latentsSha256: sha256(latents),
      },
    };
  };
  return { generate, unload };
}

function describe({ name, applied, total, reasons }: MergeReport): string {
  return `LoRA ${name}: ${applied} of ${total} modules merged (${reasons.join('; ')})`;
}

function failed(result: { readonly problem: Problem }): JobOutcome {
  return { type: 'failed', problem: result.problem };
}

function sha256(values: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

/** Times phases and reports their beginning. */
function createClock(hooks: JobHooks) {
  const start = performance.now();
  const timings: Partial<Record<EnginePhase | 'total', number>> = {};
  let phase: EnginePhase | undefined;
  let since = start;
  const close = () => {
    const now = performance.now();
    // A phase may come twice: a hires fix samples twice.
    if (phase) timings[phase] = (timings[phase] ?? 0) + now - since;
    since = now;
  };
  return {
    enter(next: EnginePhase, of = 1): void {
      close();
      phase = next;
      hooks.progress({ phase: next, step: 0, of });
    },
    finish() {
      close();
      timings.total = performance.now() - start;
      return timings;
    },
  };
}
