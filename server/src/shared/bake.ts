import type { MergeReport } from './mergeReport';
import type { PlanLora, PlanModel } from './plan';

/** A copy of a model to be written with networks merged into its weights. Plain JSON, everything resolved. */
export interface BakePlan {
  readonly model: PlanModel;
  /** In the order they are applied. */
  readonly loras: readonly PlanLora[];
  /** Absolute path of what is written. Must not exist; work goes on in `.NAME.partial` beside it. */
  readonly output: string;
  /**
   * `stored`: merged weights are rounded to the format the model stores them in. `computed`: they are stored as the
   * graph computes with them, float32 as a rule, in a data file of their own.
   */
  readonly precision: 'stored' | 'computed';
}

export interface BakeResult {
  readonly path: string;
  readonly merged: readonly MergeReport[];
  /** Weights, biases and norms that now differ from the model's. */
  readonly changed: number;
  /** Bytes of the result. */
  readonly bytes: number;
  /** True when an earlier, interrupted attempt was continued. */
  readonly resumed: boolean;
  /** What is not in the result and why, in words. */
  readonly notes: readonly string[];
}
