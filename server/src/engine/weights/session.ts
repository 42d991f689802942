import { type Result, success } from '../../shared/problem';
import { createGraphEdit, type GraphEdit } from '../graph/graphEdit';
import type { ModelFile } from '../graph/modelFile';
import { mapInitializers } from '../graph/slotInputs';
import type { SlotChange } from '../lora/assign';
import type { InferenceSession, Runtime, Tensor } from '../runtime/session';
import { type BindFailure, type BindOutcome, failureOf } from './merged/outcome';
import { placeBranches } from './placements/branches';
import { placeConditionals } from './placements/conditionals';
import { placeInputs } from './placements/inputs';
import type { OpenPlaced, PlacedSlots, Placer } from './placements/placed';
import type { Placement } from './policy';

/** A session whose weights follow the LoRAs of the current plan: bind, then run with `feeds` added. Binding opens no session. */
export interface WeightSession {
  readonly session: InferenceSession;
  /** Feeds the session needs besides the model's own inputs. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Makes the feeds those of the given changes (slot index → changes in prompt order); a slot without changes is W0. */
  bind(changes: ReadonlyMap<number, readonly SlotChange[]>): Promise<BindOutcome>;
  release(): Promise<void>;
}

export interface WeightSessionRequest {
  readonly runtime: Runtime;
  readonly file: ModelFile;
  /** Where each slot of the file goes. */
  readonly placements: readonly Placement[];
  /** Edits of the graph besides those of the placements. */
  readonly edit?: ((edit: GraphEdit, file: ModelFile) => void) | undefined;
  /** Other ways to write some kinds of placement into the graph: tests put the reference implementation here. */
  readonly placers?: Readonly<Partial<Record<Placement['kind'], Placer>>> | undefined;
}

/** Opens a model's graph with its weights placed as a policy says. Fails with the codes of `Runtime.open`. */
export async function openWeightSession({
  runtime,
  file,
  placements,
  edit: further,
  placers,
}: WeightSessionRequest): Promise<Result<WeightSession>> {
  const conditional = (index: number) => {
    const placement = placements[index]!;
    return placement.kind === 'conditional' ? placement : { hasBranch: false, branchShare: 0 };
  };
  const all = { input: placeInputs, branch: placeBranches, conditional: placeConditionals(conditional) };
  const edit = createGraphEdit(file.model);
  mapInitializers(edit, file);
  const toOpen: OpenPlaced[] = [];
  for (const [kind, place] of Object.entries({ ...all, ...placers })) {
    const indexes = [...placements.keys()].filter((index) => placements[index]!.kind === kind);
    if (indexes.length > 0) toOpen.push(place(edit, file, indexes));
  }
  further?.(edit, file);
  const session = await runtime.open(edit.bytes(), file.folder, 'speed');
  if (!session.ok) return session;

  const feeds: Record<string, Tensor> = {};
  const placed: PlacedSlots[] = [];
  const release = async () => {
    await session.value.release();
    for (const slots of placed) await slots.release();
    for (const name of Object.keys(feeds)) delete feeds[name];
  };
  for (const open of toOpen) {
    const opened = await open(runtime, feeds);
    if (!opened.ok) {
      await release();
      return opened;
    }
    placed.push(opened.value);
  }
  const bind: WeightSession['bind'] = async (changes) => {
    const failures: BindFailure[] = [];
    let recomputed = 0;
    for (const slots of placed) {
      const outcome = await slots.bind(changes);
      recomputed += outcome.recomputed;
      failures.push(...outcome.failures);
    }
    for (const [index, list] of changes)
      if (placements[index]!.kind === 'constant')
        for (const change of list) failures.push(failureOf(change, 'this weight cannot have a LoRA branch'));
    return { recomputed, failures };
  };
  await bind(new Map());
  return success({ session: session.value, feeds, bind, release });
}
