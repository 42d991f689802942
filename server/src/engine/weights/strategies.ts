import type { GraphEdits } from '../../formats/onnx/index';
import type { Result } from '../../shared/problem';
import type { ModelFile } from '../graph/modelFile';
import type { Runtime } from '../runtime/session';
import type { StrategyName, WeightBinding } from './binding';
import { openBranches, openInGraph } from './factored';
import { openInputs } from './inputs';

/** What every strategy needs to open a model's graph. */
export interface BindingRequest {
  readonly runtime: Runtime;
  readonly file: ModelFile;
  /** Indexes into `file.slots` of the weights that can be changed. */
  readonly open: ReadonlySet<number>;
  /** Encoded ValueInfoProtos of inner values to be outputs. */
  readonly outputs: readonly Uint8Array[];
  /** Edits of the caller's own, besides those of the strategy. */
  readonly edits?: GraphEdits;
}

const STRATEGIES: Readonly<
  Record<StrategyName, (request: BindingRequest) => Promise<Result<WeightBinding>>>
> = { inputs: openInputs, branches: openBranches, 'in-graph': openInGraph };

/** Opens a graph with the given strategy. */
export function openBinding(strategy: StrategyName, request: BindingRequest): Promise<Result<WeightBinding>> {
  return STRATEGIES[strategy](request);
}
