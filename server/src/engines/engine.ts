import type { EnginePhase, GenerationResult, StepPicture } from '../shared/engineProtocol';
import type { EngineType } from '../shared/engines';
import type { GenerationPlan } from '../shared/plan';
import type { Problem } from '../shared/problem';

export interface EngineProgress {
  readonly phase: EnginePhase;
  readonly step: number;
  readonly of: number;
  readonly picture?: StepPicture;
  /** The step's picture as a server sends it. */
  readonly encoded?: EncodedPicture;
  /** Share of all sampling that is done, 0 … 1; from the first step on. */
  readonly overall?: number;
  /** Which pass this is, where there are several. */
  readonly pass?: { readonly index: number; readonly of: number };
}

/** A picture in a file's form. */
export interface EncodedPicture {
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly base64: string;
}

/** How a caller follows a job, and cancels it. */
export interface JobRequest {
  readonly onProgress?: (progress: EngineProgress) => void;
  /** Aborting cancels: the local engine before the next step, or by force after the grace time. */
  readonly signal?: AbortSignal;
}

export interface GenerateRequest extends JobRequest {
  /** Where the picture goes; a name that is taken gets a number. */
  readonly outputPath: string;
}

export type Outcome<T> =
  | { readonly type: 'done'; readonly result: T }
  | { readonly type: 'cancelled' }
  | {
      readonly type: 'failed';
      readonly problem: Problem;
      /** The engine did nothing for the job, so that it may be run again, here or elsewhere. */
      readonly didNothing?: boolean;
    };
export type GenerateOutcome = Outcome<GenerationResult>;

/** Whatever draws a picture from a plan: the engine process or a server. Never throws, never rejects. */
export interface Engine {
  readonly name: string;
  readonly type: EngineType;
  /** Draws one picture. Callers keep to `capacity` jobs at once; more wait their turn. */
  generate(plan: GenerationPlan, request: GenerateRequest): Promise<GenerateOutcome>;
  /** Pictures it draws at once. */
  readonly capacity: number;
  /** Cancels everything and gives back what it holds. */
  dispose(): Promise<void>;
}
