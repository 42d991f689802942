import { success } from '../../../shared/problem';
import { sizeOf } from '../tensor';
import { type LoraKind, type ModuleTensors, misfit, partOf } from './kind';

/** A full-rank diff of weights. It has no alpha. */
export const full: LoraKind = {
  name: 'full',
  matches: (tensors) => tensors.has('diff'),
  prepare: (tensors, shape, strength) => addDifference('diff', tensors, shape, strength),
};

/** The change by a difference that is stored number by number. */
export function addDifference(
  role: string,
  tensors: ModuleTensors,
  shape: readonly number[],
  strength: number,
): ReturnType<LoraKind['prepare']> {
  const diff = tensors.get(role);
  if (!diff || sizeOf(diff.shape) !== sizeOf(shape)) return misfit(diff?.shape ?? [], shape);
  return success({
    together: 1,
    apply(block, first) {
      const part = partOf(diff, block, first, shape);
      for (let i = 0; i < block.length; i++) block[i]! += strength * part[i]!;
    },
  });
}
