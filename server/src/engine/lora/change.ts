import type { WeightSlot } from '../../formats/onnx/index';
import { type Result, success } from '../../shared/problem';
import { type SlotChange, shapeOf } from './assign';
import type { Change } from './innerProduct';
import { ranksUsed } from './kinds/dyn';
import { mergeWeight } from './mergeModule';
import { type Tensor64, takeRows } from './tensor';

/**
 * What one network does to one weight at its strength, taken by itself. Thin factors stay factors; for everything else it is
 * W′ − W0, so that DoRA, rotations and the like count as what they do.
 */
export function changeOf(slot: WeightSlot, change: SlotChange, read: () => Tensor64): Result<Change> {
  const { module, strength, lora, rows } = change;
  if (module.isLowRank) {
    const factors = module.lowRank(shapeOf(slot, rows));
    if (!factors.ok) return factors;
    const rank = ranksUsed(module.tensors, factors.value.rank, lora.dyn);
    return success({ kind: 'thin', factors: factors.value, rank, strength });
  }
  const weight = rows ? takeRows(read(), rows) : read();
  const merged = mergeWeight(weight, module.tensors, strength, lora.dyn);
  if (!merged.ok) return merged;
  const data = merged.value.data.map((value, index) => value - weight.data[index]);
  return success({ kind: 'dense', data });
}
