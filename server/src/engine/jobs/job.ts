import type { EnginePhase, GenerationResult, StepPicture } from '../../shared/engineProtocol';
import type { Problem } from '../../shared/problem';

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

/** How a running job reports progress and learns that it was cancelled. */
export interface JobHooks {
  isCancelled(): boolean;
  progress(progress: JobProgress): void;
}

export type JobOutcome<T = GenerationResult> =
  | { readonly type: 'done'; readonly result: T }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly problem: Problem };

/** The outcome of a job that ended with an expected failure. */
export function failed({ problem }: { readonly problem: Problem }): {
  readonly type: 'failed';
  readonly problem: Problem;
} {
  return { type: 'failed', problem };
}
