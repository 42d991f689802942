import type { WeightSlot } from '../../formats/onnx/index';
import type { AppliedLora, SlotChange } from './assign';
import type { LowRank } from './kinds/kind';
import { deltaOf } from './mergeModule';
import type { Tensor64 } from './tensor';

/** How much one network changes one module: ‖ΔW‖/‖W0‖ in the Frobenius norm, its weight in the prompt included. */
export interface ModuleImpact {
  readonly path: string;
  readonly ratio: number;
}

/** Gives W0 of a slot in PyTorch layout. */
export type ReadWeight = (slot: WeightSlot) => Tensor64;

/**
 * Measures one network's changes. Thin factors are measured without multiplying them out; W0 is read once per slot and
 * only its norm is kept, in `norms`.
 */
export function measureImpact(
  slots: readonly WeightSlot[],
  changes: ReadonlyMap<number, readonly SlotChange[]>,
  network: AppliedLora,
  read: ReadWeight,
  norms: Map<number, number>,
): ModuleImpact[] {
  const impacts: ModuleImpact[] = [];
  for (const [index, list] of changes) {
    const slot = slots[index];
    if (slot.part !== 'weight') continue;
    for (const { lora, module, strength } of list) {
      if (lora !== network) continue;
      let base = norms.get(index);
      if (base === undefined) {
        base = normOf(read(slot).data);
        norms.set(index, base);
      }
      const factors = module.isLowRank ? module.lowRank(slot.shape) : undefined;
      const delta = factors ? undefined : deltaOf(read(slot), module.tensors);
      const change = factors?.ok
        ? Math.sqrt(innerProduct(factors.value, factors.value))
        : delta?.ok
          ? normOf(delta.value)
          : 0;
      if (base > 0) impacts.push({ path: slot.path, ratio: (Math.abs(strength) * change) / base });
    }
  }
  return impacts;
}

/**
 * Cosine of the angle between two networks' changes over the modules both touch: 1 is the same network under two names.
 * Undefined where they share no module.
 */
export function similarity(pairs: readonly (readonly [LowRank, LowRank])[]): number | undefined {
  let dot = 0;
  let left = 0;
  let right = 0;
  for (const [a, b] of pairs) {
    dot += innerProduct(a, b);
    left += innerProduct(a, a);
    right += innerProduct(b, b);
  }
  return left > 0 && right > 0 ? dot / Math.sqrt(left * right) : undefined;
}

/** ⟨ΔWa, ΔWb⟩ = Σ (ua·ub)(da·db) over all pairs of ranks: no matrix of the weight's size is made. */
function innerProduct(a: LowRank, b: LowRank): number {
  let sum = 0;
  for (let i = 0; i < a.rank; i++)
    for (let j = 0; j < b.rank; j++)
      sum +=
        rowProduct(a.up, i, b.up, j, a.up.length / a.rank) *
        rowProduct(a.down, i, b.down, j, a.down.length / a.rank);
  // Rounding may leave a tiny negative square.
  return (a === b ? Math.max(0, sum) : sum) * a.scale * b.scale;
}

function rowProduct(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) sum += a[i * width + k] * b[j * width + k];
  return sum;
}

function normOf(data: Float64Array): number {
  let sum = 0;
  for (const value of data) sum += value * value;
  return Math.sqrt(sum);
}
