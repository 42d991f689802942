import type { GraphEdits } from '../../formats/onnx/index';
import type { EngineOptions } from '../../shared/engineProtocol';
import { type Result, success } from '../../shared/problem';
import { canBranch } from '../graph/branchGraph';
import { type GraphSource, type ModelFile, openModelFile } from '../graph/modelFile';
import { indexSlots, type SlotChange, type SlotIndex } from '../lora/assign';
import type { InferenceSession, Runtime, Tensor } from '../runtime/session';
import type { BindOutcome, WeightBinding } from '../weights/binding';
import { type Choice, chooseStrategy, initialSlots } from '../weights/choose';
import { divide, heldBytes } from '../weights/divide';
import { openBinding } from '../weights/strategies';
import { machineMemory } from './machineMemory';

/** One network of the model (UNet, text encoder) whose weights the plan's LoRAs may change. */
export interface Component {
  readonly file: ModelFile;
  readonly index: SlotIndex;
  readonly session: InferenceSession;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** How LoRAs are applied, and why so. */
  readonly choice: Choice;
  /** Applies changes. Opens a session only when a LoRA changes a kind of weight that no LoRA has changed before. */
  bind(changes: ReadonlyMap<number, readonly SlotChange[]>): Promise<Result<BindOutcome>>;
  release(): Promise<void>;
}

/** How a graph is opened. */
export interface GraphOptions {
  /** Encoded ValueInfoProtos of inner values that become graph outputs. */
  outputs?(file: ModelFile): readonly Uint8Array[];
  edits?(file: ModelFile): GraphEdits;
  /** Share of the memory that its merged weights may take. Default: that of a UNet. */
  readonly memoryShare?: number;
}

/** Opens a graph of a model. */
export async function openComponent(
  runtime: Runtime,
  graph: GraphSource,
  wanted: EngineOptions['mergeStrategy'],
  options: GraphOptions = {},
): Promise<Result<Component>> {
  const opened = openModelFile(graph);
  if (!opened.ok) return opened;
  const file = opened.value;
  const index = indexSlots(file.slots);
  const outputs = options.outputs?.(file) ?? [];
  const edits = options.edits?.(file);
  const open = initialSlots(file.slots, runtime.provider !== 'cpu');
  const division = divide(file);
  const choose = (changes: ReadonlyMap<number, readonly SlotChange[]>) =>
    chooseStrategy({
      wanted,
      slots: file.slots,
      open,
      memory: machineMemory().total,
      share: options.memoryShare,
      isAway: runtime.provider !== 'cpu',
      canBranch: (slot) => canBranch(file, slot),
      adaptiveBytes: () => heldBytes(file, division, changes),
      changes,
    });
  const initial = choose(new Map());
  if (!initial.ok) {
    file.close();
    return initial;
  }
  let choice = initial.value;
  const first = await openBinding(choice.strategy, { runtime, file, open, division, outputs, edits });
  if (!first.ok) {
    file.close();
    return first;
  }
  /** None after an opening that failed, until the next one. */
  let binding: WeightBinding | undefined = first.value;
  const bound = (): WeightBinding => {
    if (!binding) throw new Error('the graph is used after it failed to open');
    return binding;
  };
  /** Closes the present session first: two sessions of a large model would not fit into memory together. */
  const reopen = async (strategy: Choice['strategy']): Promise<Result<WeightBinding>> => {
    await binding?.release();
    binding = undefined;
    const opened = await openBinding(strategy, { runtime, file, open, division, outputs, edits });
    if (opened.ok) binding = opened.value;
    return opened;
  };
  return success({
    file,
    index,
    get session() {
      return bound().session;
    },
    get feeds() {
      return bound().feeds;
    },
    get choice() {
      return choice;
    },
    async bind(changes) {
      const chosen = choose(changes);
      if (!chosen.ok) return chosen;
      const next = chosen.value;
      const isClosed = [...changes.keys()].some((slot) => !binding?.open.has(slot));
      if (next.strategy !== binding?.strategy || isClosed) {
        for (const slot of changes.keys()) {
          const { kind, part } = file.slots[slot];
          // All weights of this kind become inputs, so that the next LoRA of the same type needs no new session.
          file.slots.forEach((other, position) => {
            if (other.kind === kind && other.part === part) open.add(position);
          });
        }
        const wider = await reopen(next.strategy);
        if (!wider.ok) return wider;
      }
      choice = next;
      return success(await bound().bind(changes));
    },
    async release() {
      await binding?.release();
      file.close();
    },
  });
}
