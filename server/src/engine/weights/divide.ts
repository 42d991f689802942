import type { WeightSlot } from '../../formats/onnx/index';
import { canSwitch } from '../graph/adaptiveGraph';
import { canBranch } from '../graph/branchGraph';
import type { ModelFile } from '../graph/modelFile';
import { type SlotChange, shapeOf } from '../lora/assign';
import { ranksUsed } from '../lora/kinds/dyn';
import { isMatrix, isUsual, slotBytes } from './slotKinds';

/** How the strategy `adaptive` divides a model's matrices, by slot index. */
export interface Division {
  /** Always fed merged. */
  readonly inputs: readonly number[];
  /** Read as they are, merged, or with factors beside them, as a network wants it. */
  readonly switches: readonly number[];
  /** Those of `switches` that can have factors beside them. */
  readonly beside: ReadonlySet<number>;
  readonly limits: DivisionLimits;
}

export interface DivisionLimits {
  /**
   * Matrices from this width on stand where a UNet's picture is small: there the runtime's preparation of a constant
   * weight, and the merging of a large one, cost more than thin factors beside it.
   */
  readonly width: number;
  /** Factors may have this share of their matrix's numbers: what they add to its product. */
  readonly share: number;
}

const LIMITS: DivisionLimits = { width: 1024, share: 1 / 4 };

/**
 * Divides the matrices of a model. Many tokens meet the narrow weights of the outer blocks: factors beside those would cost
 * up to a third of the product, merging costs next to nothing, and an input is as fast as a constant. In the inner blocks
 * and where the text comes in it is the other way round. Projections that are convolutions stay constants whatever their
 * width, as the runtime prepares those, and are so few that factors beside them are not felt. What networks rarely change
 * stays as it is until one does.
 */
export function divide(file: ModelFile, limits = LIMITS): Division {
  const inputs: number[] = [];
  const switches: number[] = [];
  const beside = new Set<number>();
  for (const [index, slot] of file.slots.entries()) {
    if (!isMatrix(slot) || slot.quantised) continue;
    const isFew = Math.min(...sides(slot)) >= limits.width || meetsText(slot);
    const isConstant = isFew || slot.kind === 'conv' || !isUsual(slot);
    if (!isConstant || !canSwitch(file, slot)) {
      inputs.push(index);
      continue;
    }
    switches.push(index);
    if ((isFew || isUsual(slot)) && canBranch(file, slot)) beside.add(index);
  }
  return { inputs, switches, beside, limits };
}

/** Bytes of the merged weights that are held while the given changes apply. */
export function heldBytes(
  { slots }: ModelFile,
  division: Division,
  changes: ReadonlyMap<number, readonly SlotChange[]>,
): number {
  const merged = division.switches.filter((index) => {
    const wanted = changes.get(index);
    return wanted !== undefined && !runsBeside(division, index, slots[index], wanted);
  });
  return [...division.inputs, ...merged].reduce((sum, index) => sum + slotBytes(slots[index]), 0);
}

/** True when all changes of a slot are thin factors, and thin enough together to run beside it in every step. */
export function runsBeside(
  { beside, limits }: Division,
  index: number,
  slot: WeightSlot,
  changes: readonly SlotChange[],
): boolean {
  if (!beside.has(index)) return false;
  const [out, inner] = sides(slot);
  let rank = 0;
  for (const { module, lora, rows } of changes) {
    if (!module.isLowRank) return false;
    const factors = module.lowRank(shapeOf(slot, rows));
    if (!factors.ok) return false;
    rank += ranksUsed(module.tensors, factors.value.rank, lora.dyn);
  }
  return rank * (out + inner) <= limits.share * out * inner;
}

/** Keys and values of the text: 77 tokens, however large the picture is. */
function meetsText({ path }: WeightSlot): boolean {
  return /\.attn2\.to_[kv]$/.test(path);
}

function sides({ shape: [out, ...inner] }: WeightSlot): [out: number, inner: number] {
  return [out, inner.reduce((a, b) => a * b, 1)];
}
