import type { Result } from '../../../shared/problem';
import type { GraphEdit } from '../../graph/graphEdit';
import type { ModelFile } from '../../graph/modelFile';
import type { SlotChange } from '../../lora/assign';
import type { Runtime, Tensor } from '../../runtime/session';
import type { BindOutcome } from '../merged/outcome';

/** The slots of one placement in an open session. */
export interface PlacedSlots {
  /** Makes their feeds those of the changes; a slot without changes is W0. */
  bind(changes: ReadonlyMap<number, readonly SlotChange[]>): Promise<BindOutcome>;
  release(): Promise<void>;
}

/** Opens what the slots need besides the session; `feeds` are the session's, by input name. */
export type OpenPlaced = (runtime: Runtime, feeds: Record<string, Tensor>) => Promise<Result<PlacedSlots>>;

/** Writes a placement of the slots at `indexes` into the graph. */
export type Placer = (edit: GraphEdit, file: ModelFile, indexes: readonly number[]) => OpenPlaced;
