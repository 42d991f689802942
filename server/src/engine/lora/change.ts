import type { WeightSlot } from '../../formats/onnx/index';
import { type Result, success } from '../../shared/problem';
import { type SlotChange, shapeOf } from './assign';
import type { Change } from './innerProduct';
import { ranksUsed } from './kinds/dyn';
import { rowsAtATime } from './kinds/kind';
import { prepareChange } from './mergeModule';
import type { Steps } from './steps';
import { type Tensor64, takeRows } from './tensor';

/** True for a change that cannot be known without the weight's own numbers, or is best computed from them. */
export function needsWeight({ module }: SlotChange): boolean {
  return !module.isLowRank;
}

/**
 * What one network does to one weight at its strength, taken by itself. Low-rank factors stay factors; for everything else it is
 * W′ − W0, so that DoRA, rotations and the like count as what they do. `whole` is the slot's W0, for changes that need it.
 */
export function* changeOf(
  slot: WeightSlot,
  change: SlotChange,
  whole: Tensor64 | undefined,
): Steps<Result<Change>> {
  const { module, strength, lora, rows } = change;
  if (!needsWeight(change) || !whole) {
    const factors = module.lowRank(shapeOf(slot, rows));
    if (!factors.ok) return factors;
    const rank = ranksUsed(module.tensors, factors.value.rank, lora.dyn);
    // Held as long as the change is, or a step after a pause might have to read them again.
    return success({ kind: 'thin', factors: { ...factors.value }, rank, strength });
  }
  const weight = rows ? takeRows(whole, rows) : whole;
  const prepared = prepareChange(module.tensors, weight.shape, strength, lora.dyn);
  if (!prepared.ok) return prepared;
  const { together, apply, applying } = prepared.value;
  const data = new Float64Array(weight.data.length);
  const width = data.length / weight.shape[0]!;
  const count = rowsAtATime(together, width);
  for (let first = 0; first * width < data.length; first += count) {
    const [from, to] = [first * width, (first + count) * width];
    const block = data.subarray(from, to);
    block.set(weight.data.subarray(from, to));
    if (applying) yield* applying(block, first);
    else apply(block, first);
    for (let i = 0; i < block.length; i++) block[i]! -= weight.data[from + i]!;
    yield;
  }
  return success({ kind: 'dense', data });
}
