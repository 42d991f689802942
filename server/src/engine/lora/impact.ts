import type { WeightSlot } from '../../formats/onnx/index';
import type { AppliedLora, SlotChange } from './assign';
import { changeOf } from './change';
import { squaredNorm } from './innerProduct';
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
    if (slot.part !== 'weight' || slot.quantised) continue;
    for (const one of list) {
      if (one.lora !== network) continue;
      let base = norms.get(index);
      if (base === undefined) {
        base = normOf(read(slot).data);
        norms.set(index, base);
      }
      const change = changeOf(slot, one, () => read(slot));
      if (base > 0 && change.ok)
        impacts.push({ path: slot.path, ratio: Math.sqrt(squaredNorm(change.value)) / base });
    }
  }
  return impacts;
}

/** The Frobenius norm. */
export function normOf(data: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * data[i];
  return Math.sqrt(sum);
}
