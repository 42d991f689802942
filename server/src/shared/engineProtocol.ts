import type { BakePlan, BakeResult } from './bake';
import type { EngineReport } from './engines';
import type { Measurement, MeasurePlan } from './measurement';
import type { MergeReport } from './mergeReport';
import type { MergeStrategy, WeightPolicy } from './mergeStrategy';
import type { GenerationPlan } from './plan';
import type { Problem } from './problem';

/**
 * Messages between `engines/local` and the engine process, over the child process's own IPC channel (advanced
 * serialization, so typed arrays travel as they are). One job runs at a time; the host queues.
 */
export const ENGINE_PROTOCOL_VERSION = 2;

export type EngineRequest =
  | {
      readonly type: 'generate';
      readonly job: number;
      readonly plan: GenerationPlan;
      readonly options: EngineOptions;
      /** `.png`, `.jpg` or `.webp`; a name that is taken gets a number. */
      readonly outputPath: string;
    }
  /** Write a copy of a model with networks merged into its weights. */
  | { readonly type: 'bake'; readonly job: number; readonly plan: BakePlan; readonly options: EngineOptions }
  /** Say how much networks change a model's weights. */
  | {
      readonly type: 'measure';
      readonly job: number;
      readonly plan: MeasurePlan;
      readonly options: EngineOptions;
    }
  /** Takes effect before the next step. A message for another job is ignored. */
  | { readonly type: 'cancel'; readonly job: number }
  | { readonly type: 'shutdown' };

/** Execution providers of ONNX Runtime. `auto` is DirectML on Windows and the CPU elsewhere: both need nothing installed. */
export const PROVIDERS = ['auto', 'cpu', 'cuda', 'dml', 'coreml', 'webgpu'] as const;
export type ProviderChoice = (typeof PROVIDERS)[number];

export interface EngineOptions {
  /** Intra-op threads; 0 = one per physical core. */
  readonly threads: number;
  /** `auto` lets the engine choose and say why. The engine reads names of earlier versions too. */
  readonly mergeStrategy: MergeStrategy;
  /** Send a picture with every n-th step; 0 = never. */
  readonly previewEvery: number;
  /** Free the sessions after this many milliseconds without a job; 0 = keep. */
  readonly idleUnloadMs: number;
  /** Quality of JPEG and WebP pictures, 1 … 100; 100 is lossless for WebP. Default 80, the web UI's. */
  readonly quality?: number;
  /** Default `cpu`. One that does not work falls back to the CPU, with a note in `notes`. */
  readonly provider?: ProviderChoice;
  /**
   * A small decoder in ONNX (TAESD): for the pictures of the steps, or for the finished one as well. One that cannot be
   * used is left out, said in `notes`.
   */
  readonly fastDecoder?: { readonly path: string; readonly use: 'steps' | 'all' };
}

export type EnginePhase = 'queue' | 'load' | 'merge' | 'measure' | 'encode' | 'sample' | 'decode' | 'write';

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
      /** Share of all sampling that is done, 0 … 1, over every pass; from the first step on. */
      readonly overall?: number;
      /** Which pass this is, and of how many, where there are several. */
      readonly pass?: { readonly index: number; readonly of: number };
    }
  | {
      readonly type: 'done';
      readonly job: number;
      readonly result: GenerationResult | BakeResult | Measurement;
    }
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
  /** The file that was written: whole, with `infotext` inside. */
  readonly path: string;
  readonly infotext: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly merged: readonly MergeReport[];
  /** The execution provider that was used, by ONNX Runtime's name. */
  readonly provider?: string;
  /** What was done otherwise than asked for, in words. */
  readonly notes?: readonly string[];
  readonly strategy: { readonly name: 'none' | WeightPolicy; readonly why: string };
  /** Milliseconds by phase, and `total`. */
  readonly timings: Readonly<Partial<Record<EnginePhase | 'total', number>>>;
  /** ONNX sessions created for this job. 0 after a change of weights: tests count it. */
  readonly sessionsCreated: number;
  /** SHA-256 of the final latents' bytes (float32, little-endian), to compare two renders exactly. Only the built-in engine has it. */
  readonly latentsSha256?: string;
  /** The engine that drew, and what it did otherwise; absent in the answers of the built-in engine's process. */
  readonly engine?: EngineReport;
}
