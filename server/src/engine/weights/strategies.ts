import type { GraphEdits } from '../../formats/onnx/index';
import type { MergeStrategy } from '../../shared/engineProtocol';
import type { Result } from '../../shared/problem';
import type { ModelFile } from '../graph/modelFile';
import type { Runtime } from '../runtime/session';
import { openAdaptive } from './adaptive';
import type { WeightBinding } from './binding';
import type { Division } from './divide';
import { openBranches, openInGraph } from './factored';
import { openInputs } from './inputs';

/** What every strategy needs to open a model's graph. */
export interface BindingRequest {
  readonly runtime: Runtime;
  readonly file: ModelFile;
  /** Indexes into `file.slots` of the weights that can be changed; `adaptive` adds all matrices by itself. */
  readonly open: ReadonlySet<number>;
  /** How `adaptive` divides the matrices; as `divide` does unless given. */
  readonly division?: Division;
  /** Encoded ValueInfoProtos of inner values to be outputs. */
  readonly outputs: readonly Uint8Array[];
  /** Edits of the caller's own, besides those of the strategy. */
  readonly edits?: GraphEdits;
}

const STRATEGIES: Readonly<
  Record<MergeStrategy, (request: BindingRequest) => Promise<Result<WeightBinding>>>
> = { adaptive: openAdaptive, inputs: openInputs, branches: openBranches, 'in-graph': openInGraph };

/** Opens a graph with the given strategy. */
export function openBinding(
  strategy: MergeStrategy,
  request: BindingRequest,
): Promise<Result<WeightBinding>> {
  return STRATEGIES[strategy](request);
}
