import type { MergeStrategy } from '../../shared/mergeStrategy';
import { type Result, success } from '../../shared/problem';
import { canBeConditional, canBranch } from '../graph/canBranch';
import type { GraphEdit } from '../graph/graphEdit';
import { type GraphSource, type ModelFile, openModelFile } from '../graph/modelFile';
import { indexSlots, type SlotChange, type SlotIndex } from '../lora/assign';
import type { InferenceSession, Runtime, Tensor } from '../runtime/session';
import type { BindOutcome } from '../weights/merged/outcome';
import {
  type Choice,
  choosePolicy,
  initialSlots,
  type ModelFacts,
  type Placement,
  placementsOf,
} from '../weights/policy';
import { openWeightSession, type WeightSession } from '../weights/session';
import { machineMemory } from './machineMemory';

/** One network of the model (UNet, text encoder) whose weights the plan's LoRAs may change. */
export interface Component {
  readonly file: ModelFile;
  readonly index: SlotIndex;
  readonly session: InferenceSession;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** How LoRAs are applied, and why. */
  readonly choice: Choice;
  /** Applies changes. Opens a session only for another policy, or when a LoRA is the first to change a kind of weight. */
  bind(changes: ReadonlyMap<number, readonly SlotChange[]>): Promise<Result<BindOutcome>>;
  release(): Promise<void>;
}

/** What a caller wants of a graph besides its weights. */
export interface ComponentOptions {
  /** Further edits of the graph, such as more outputs. */
  edit?(edit: GraphEdit, file: ModelFile): void;
  /** Share of the machine's memory that its merged weights may take; that of a UNet unless given. */
  readonly memoryShare?: number;
}

/** Opens a graph of a model. */
export async function openComponent(
  runtime: Runtime,
  graph: GraphSource,
  wanted: MergeStrategy,
  options: ComponentOptions = {},
): Promise<Result<Component>> {
  const opened = openModelFile(graph);
  if (!opened.ok) return opened;
  const file = opened.value;
  const index = indexSlots(file.slots);
  const isOnDevice = runtime.provider !== 'cpu';
  const open = initialSlots(file.slots, isOnDevice);
  const facts: ModelFacts = {
    slots: file.slots,
    open,
    canBranch: (slot) => canBranch(file.model, slot),
    canBeConditional: (slot) => canBeConditional(file.model, slot),
  };
  const choose = (changes: ReadonlyMap<number, readonly SlotChange[]>) =>
    choosePolicy({
      wanted,
      facts,
      changes,
      memory: machineMemory().total,
      share: options.memoryShare,
      isOnDevice,
      mixed: () => placementsOf('mixed', facts),
    });
  const initial = choose(new Map());
  if (!initial.ok) {
    file.close();
    return initial;
  }
  let choice = initial.value;
  /** Undefined after an opening that failed, until the next one. */
  let current: { readonly weights: WeightSession; readonly placements: readonly Placement[] } | undefined;
  /** Closes the open session first: two sessions of a large model would not fit into memory together. */
  const openAnew = async (): Promise<Result<WeightSession>> => {
    await current?.weights.release();
    current = undefined;
    const placements = placementsOf(choice.policy, facts);
    const weights = await openWeightSession({ runtime, file, placements, edit: options.edit });
    if (weights.ok) current = { weights: weights.value, placements };
    return weights;
  };
  const first = await openAnew();
  if (!first.ok) {
    file.close();
    return first;
  }
  const weights = (): WeightSession => {
    if (!current) throw new Error('a graph that could not be opened is used');
    return current.weights;
  };
  return success({
    file,
    index,
    get session() {
      return weights().session;
    },
    get feeds() {
      return weights().feeds;
    },
    get choice() {
      return choice;
    },
    async bind(changes) {
      const chosen = choose(changes);
      if (!chosen.ok) return chosen;
      const isClosed = [...changes.keys()].some(
        (slot) => !open.has(slot) && (current?.placements[slot]?.kind ?? 'constant') === 'constant',
      );
      const isOther = !current || chosen.value.policy !== choice.policy;
      choice = chosen.value;
      if (isOther || isClosed) {
        // Other weights of the same kinds are opened too, so that the next LoRA of this sort needs no session.
        for (const slot of changes.keys()) {
          const { kind, part } = file.slots[slot]!;
          file.slots.forEach((other, position) => {
            if (other.kind === kind && other.part === part) open.add(position);
          });
        }
        const wider = await openAnew();
        if (!wider.ok) return wider;
      }
      return success(await weights().bind(changes));
    },
    async release() {
      await current?.weights.release();
      file.close();
    },
  });
}
