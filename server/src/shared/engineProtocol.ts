import type { GenerationPlan } from './plan';
import type { Problem } from './problem';

/**
 * Messages between `enginehost` and the engine process, over the child process's own IPC channel (advanced
 * serialization, so typed arrays travel as they are). One job runs at a time; the host queues.
 */
export const ENGINE_PROTOCOL_VERSION = 1;

export type EngineRequest =
  | {
      readonly type: 'generate';
      readonly job: number;
      readonly plan: GenerationPlan;
      readonly options: EngineOptions;
      readonly outputPath: string;
    }
  /** Takes effect before the next step. A message for another job is ignored. */
  | { readonly type: 'cancel'; readonly job: number }
  | { readonly type: 'shutdown' };

export interface EngineOptions {
  /** Intra-op threads; 0 = one per physical core. */
  readonly threads: number;
  /** `auto` lets the engine choose and say why. */
  readonly mergeStrategy: 'auto' | 'inputs' | 'branches' | 'in-graph';
  /** Send a picture with every n-th step; 0 = never. */
  readonly previewEvery: number;
  /** Free the sessions after this many milliseconds without a job; 0 = keep. */
  readonly idleUnloadMs: number;
}

export type EnginePhase = 'load' | 'merge' | 'encode' | 'sample' | 'decode' | 'write';

export type EngineEvent =
  | {
      readonly type: 'ready';
      readonly protocol: number;
      readonly pid: number;
      readonly runtime: string;
      readonly providers: readonly string[];
    }
  | {
      readonly type: 'progress';
      readonly job: number;
      readonly phase: EnginePhase;
      readonly step: number;
      readonly of: number;
      readonly picture?: StepPicture;
    }
  | { readonly type: 'done'; readonly job: number; readonly result: GenerationResult }
  | { readonly type: 'cancelled'; readonly job: number }
  | { readonly type: 'failed'; readonly job: number; readonly problem: Problem }
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string };

/** A small picture of the denoised latents, RGB, 8 bit, row by row, no alpha. */
export interface StepPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export interface GenerationResult {
  /** The PNG that was written: whole, with `infotext` inside. */
  readonly path: string;
  readonly infotext: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly merged: readonly MergeReport[];
  readonly strategy: { readonly name: 'none' | 'inputs' | 'branches' | 'in-graph'; readonly why: string };
  /** Milliseconds by phase, and `total`. */
  readonly timings: Readonly<Partial<Record<EnginePhase | 'total', number>>>;
  /** ONNX sessions created for this job. 0 after a change of weights: tests count it. */
  readonly sessionsCreated: number;
  /** SHA-256 of the final latents' bytes (float32, little-endian), to compare two renders exactly. */
  readonly latentsSha256: string;
}

export interface MergeReport {
  readonly name: string;
  readonly te: number;
  readonly unet: number;
  readonly networkType: string;
  /** Modules of the file that were merged, and how many the file has. */
  readonly applied: number;
  readonly total: number;
  /** Why modules were left out: first few, in words. */
  readonly reasons: readonly string[];
  /**
   * How strongly the UNet's weights were changed: ‖ΔW‖/‖W0‖ (Frobenius), weight included; mean over the modules and the
   * largest. Measured for models small enough to read.
   */
  readonly impact?: { readonly mean: number; readonly largest: number; readonly module: string };
}
