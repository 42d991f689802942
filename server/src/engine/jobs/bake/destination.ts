import type { BakePlan, BakeResult } from '../../../shared/bake';
import type { EngineOptions } from '../../../shared/engineProtocol';
import type { Result } from '../../../shared/problem';
import type { AppliedLora } from '../../lora/assign';
import type { JobHooks } from '../job';

/** What every destination is given: the plan, with its networks open. */
export interface BakeJob {
  readonly plan: BakePlan;
  readonly loras: readonly AppliedLora[];
  readonly options: EngineOptions;
  readonly hooks: JobHooks;
}

/** One form a model can be written in with networks merged into its weights: one file of this folder each. */
export interface BakeDestination {
  /** In words, for messages: `a folder with ONNX files`. */
  readonly name: string;
  /** True for plans whose model and output are of its form. */
  accepts(plan: BakePlan): boolean;
  /** Writes the model whole or not at all. Undefined when it was cancelled. */
  bake(job: BakeJob): Promise<Result<BakeResult | undefined>>;
}
