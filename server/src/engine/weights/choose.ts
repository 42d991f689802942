import type { WeightSlot } from '../../formats/onnx/index';
import type { EngineOptions, MergeStrategy } from '../../shared/engineProtocol';
import { failure, type Result, success } from '../../shared/problem';
import type { SlotChange } from '../lora/assign';
import { canFeed, isMatrix, isUsual, slotBytes } from './slotKinds';

export interface Choice {
  readonly strategy: MergeStrategy;
  /** In words, for the log and the panel. */
  readonly why: string;
}

interface ChoiceRequest {
  readonly wanted: EngineOptions['mergeStrategy'];
  readonly slots: readonly WeightSlot[];
  /** Slots that are or would be open. */
  readonly open: ReadonlySet<number>;
  /** Bytes of memory of the machine. */
  readonly memory: number;
  /** Merged weights may take this share of it. */
  readonly share?: number;
  /** Another device computes: whatever is fed is copied there with every run. */
  readonly isAway?: boolean;
  /** True where factors can run beside a slot's weight. */
  canBranch(slot: WeightSlot): boolean;
  /** Bytes of merged weights that `adaptive` would hold. */
  adaptiveBytes(): number;
  readonly changes: ReadonlyMap<number, readonly SlotChange[]>;
}

/** Up to this many bytes all matrices of a model are opened at once. */
const SMALL_MODEL_BYTES = 512 * 2 ** 20;
/** Merged weights of a UNet may take this share of the machine's memory. */
const UNET_SHARE = 1 / 4;
/**
 * A text encoder runs once for a prompt, so that factors beside its weights cost nothing anybody sees: SDXL's second one
 * would merge 2.5 GB, which a machine of 24 GB needs for its UNet.
 */
export const TEXT_ENCODER_SHARE = 1 / 16;

/**
 * The slots opened from the start: every bias and norm, which are a few kilobytes and as fast as inputs (unless each would
 * be copied to another device in every step); and of the matrices all in a small model, in a large one what nearly all
 * networks change: attention, feed-forward and their projections. What is left joins when the first network wants it.
 */
export function initialSlots(slots: readonly WeightSlot[], isAway = false): Set<number> {
  const areAllMatrices = isSmall(slots);
  const isOpen = (slot: WeightSlot) =>
    isMatrix(slot) ? areAllMatrices || isUsual(slot) : !isAway && canFeed(slot);
  return new Set([...slots.keys()].filter((index) => isOpen(slots[index])));
}

/** True for models whose weights merge in no time, and whose steps are so short that choices within them would show. */
function isSmall(slots: readonly WeightSlot[]): boolean {
  return slots.reduce((sum, slot) => sum + (isMatrix(slot) ? slotBytes(slot) : 0), 0) <= SMALL_MODEL_BYTES;
}

/**
 * Chooses by kind of network and by memory; a strategy that is asked for wins where it can work at all. Fails with
 * `quantised-weights` where merging is asked for and the weights are too short for it.
 */
export function chooseStrategy(request: ChoiceRequest): Result<Choice> {
  const { wanted } = request;
  if (meetsQuantised(request)) {
    if (wanted === 'auto' || wanted === 'branches')
      return success({
        strategy: 'branches',
        why: 'the model’s weights are quantised, so LoRAs run beside them',
      });
    return failure(
      'quantised-weights',
      `The strategy ${wanted} cannot be used: the model’s weights are quantised, and a merged weight does not fit into so few bits.`,
      'Set the merge strategy to auto or branches, or use the model as it was before it was quantised.',
    );
  }
  return success(chooseByMemory(request));
}

/** True when a change is to a quantised weight, and before any change of a matrix in a model that has such weights. */
function meetsQuantised({ slots, changes, wanted }: ChoiceRequest): boolean {
  const matrices = [...changes.keys()].filter((index) => isMatrix(slots[index]));
  if (matrices.length > 0) return matrices.some((index) => slots[index].quantised);
  return wanted === 'auto' && slots.some((slot) => slot.quantised);
}

function chooseByMemory(request: ChoiceRequest): Choice {
  const { wanted, slots, open, memory, changes, share = UNET_SHARE } = request;
  // Biases and norms are merged whatever happens to the matrices.
  const matrices = [...changes].filter(([index]) => isMatrix(slots[index]));
  const isThin = matrices.every(([, list]) => list.every((change) => change.module.isLowRank));
  const isBeside = matrices.every(([index]) => request.canBranch(slots[index]));
  if (wanted === 'inputs' || wanted === 'adaptive')
    return { strategy: wanted, why: 'asked for by the option' };
  if (wanted !== 'auto') {
    if (isThin && (isBeside || wanted !== 'branches'))
      return { strategy: wanted, why: 'asked for by the option' };
    if (isThin)
      return {
        strategy: 'inputs',
        why: 'branches was asked for, but the model has fused operators that nothing can run beside',
      };
    return {
      strategy: 'inputs',
      why: `${wanted} was asked for, but one of the LoRAs is no pair of thin factors and must be merged`,
    };
  }
  if (request.isAway && isThin && isBeside)
    return { strategy: 'branches', why: 'merged weights would be copied to the device with every step' };
  if (!request.isAway && !isSmall(slots) && request.adaptiveBytes() <= memory * share)
    return {
      strategy: 'adaptive',
      why: 'large weights have thin factors beside them, narrow ones are merged: the least per change and per step',
    };
  const bytes = [...open].reduce((sum, index) => sum + slotBytes(slots[index]), 0);
  const gigabytes = (bytes / 2 ** 30).toFixed(1);
  if (bytes > memory * share && isThin && isBeside)
    return { strategy: 'branches', why: `merged weights would take ${gigabytes} GB of memory` };
  return {
    strategy: 'inputs',
    why: 'merged weights cost nothing per step, whatever the kind and the number of LoRAs',
  };
}
