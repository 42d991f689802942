import type { BakePlan, BakeResult } from '../shared/bake';
import type { EngineOptions } from '../shared/engineProtocol';
import type { Measurement, MeasurePlan } from '../shared/measurement';
import type { GenerationPlan } from '../shared/plan';
import { bake } from './jobs/bake/index';
import { createFastDecoderCache } from './jobs/generate/fastDecoderCache';
import { generate } from './jobs/generate/index';
import type { EngineLogger, JobHooks, JobOutcome } from './jobs/job';
import { measure } from './jobs/measure/index';
import { createNorms } from './jobs/measure/norms';
import { createLoraCache } from './lora/cache';
import { createModelCache } from './model/cache';

/** Runs jobs, one at a time. Models and LoRA files stay open between jobs. */
export interface Engine {
  generate(
    plan: GenerationPlan,
    options: EngineOptions,
    outputPath: string,
    hooks: JobHooks,
  ): Promise<JobOutcome>;
  /** Writes a copy of a model with LoRAs merged into its weights. */
  bake(plan: BakePlan, options: EngineOptions, hooks: JobHooks): Promise<JobOutcome<BakeResult>>;
  /** Computes how much LoRAs change a model's weights. Opens and closes no session. */
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
  const models = createModelCache();
  const decoder = createFastDecoderCache();
  const norms = createNorms();
  return {
    generate: (plan, options, outputPath, hooks) =>
      generate({ plan, options, outputPath, ...files }, { models, loras, decoder }, log, hooks),
    bake: (plan, options, hooks) => bake(plan, options, log, hooks),
    measure: (plan, hooks) => measure(plan, { files: loras, norms }, hooks),
    async unload() {
      await models.release();
      await decoder.release();
      loras.close();
    },
  };
}
