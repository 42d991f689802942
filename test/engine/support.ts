import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine, type Engine } from '../../server/src/engine/engine';
import type { JobHooks } from '../../server/src/engine/jobs/job';
import type { EngineOptions, GenerationResult } from '../../server/src/shared/engineProtocol';
import type {
  GenerationPlan,
  PlanEmbedding,
  PlanHires,
  PlanInit,
  PlanLora,
  PlanParameters,
  PlanPrompt,
} from '../../server/src/shared/plan';

export const DEMO = path.resolve('media/demo-model');

export const OPTIONS: EngineOptions = { threads: 1, mergeStrategy: 'auto', previewEvery: 0, idleUnloadMs: 0 };

/** A prompt without editing or composition. */
export function prompt(text: string): PlanPrompt {
  return { subprompts: [{ weight: 1, schedule: [{ endStep: 1000, runs: [[text, 1]] }] }] };
}

/** A LoRA of the built-in library, with one weight for both parts or one for each. */
export function lora(name: string, te: number, unet = te): PlanLora {
  return { name, path: path.join(DEMO, 'loras', `${name}.safetensors`), te, unet };
}

export interface PlanChanges {
  readonly positive?: PlanPrompt | string;
  readonly negative?: PlanPrompt | string;
  readonly loras?: readonly PlanLora[];
  readonly parameters?: Partial<PlanParameters>;
  readonly embeddings?: readonly PlanEmbedding[];
  readonly init?: PlanInit;
  readonly hires?: PlanHires;
  readonly modelPath?: string;
  readonly infotext?: string;
}

/** A plan for the built-in model: few steps, native size. */
export function planFor(changes: PlanChanges = {}): GenerationPlan {
  const { positive = 'a red house in a meadow', negative = '' } = changes;
  return {
    version: 1,
    model: { name: 'demo', path: changes.modelPath ?? DEMO, architecture: 'demo' },
    positive: typeof positive === 'string' ? prompt(positive) : positive,
    negative: typeof negative === 'string' ? prompt(negative) : negative,
    loras: changes.loras ?? [],
    embeddings: changes.embeddings ?? [],
    init: changes.init,
    hires: changes.hires,
    parameters: {
      steps: 6,
      sampler: 'Euler',
      scheduleType: 'Automatic',
      cfgScale: 5,
      seed: 42,
      width: 96,
      height: 96,
      clipSkip: 1,
      emphasis: 'Original',
      rng: 'CPU',
      ensd: 0,
      ...changes.parameters,
    },
    infotext: changes.infotext ?? 'a red house in a meadow\nSteps: 6, Sampler: Euler, Seed: 42, Size: 96x96',
  };
}

export const QUIET: JobHooks = { isCancelled: () => false, progress: () => {} };

/** An engine whose jobs all succeed, or throw. */
export function renderer(folder: string, options: EngineOptions = OPTIONS) {
  const engine: Engine = createEngine(() => {});
  let count = 0;
  return {
    engine,
    async render(
      changes: PlanChanges = {},
      hooks = QUIET,
      own = options,
    ): Promise<GenerationResult & { bytes: Buffer }> {
      const output = path.join(folder, `${count++}.png`);
      const outcome = await engine.generate(planFor(changes), own, output, hooks);
      if (outcome.type !== 'done')
        throw new Error(outcome.type === 'failed' ? outcome.problem.message : outcome.type);
      return { ...outcome.result, bytes: readFileSync(output) };
    },
  };
}
