import { success } from '../../../shared/problem';
import { sizeOf } from '../tensor';
import { type LoraKind, misfit } from './kind';

/** A difference of a LayerNorm's or GroupNorm's weight. It has no alpha. */
export const norm: LoraKind = {
  name: 'norm',
  matches: (tensors) => tensors.has('w_norm'),
  delta(tensors, weight) {
    const diff = tensors.get('w_norm');
    if (!diff || diff.data.length !== sizeOf(weight.shape)) return misfit(diff?.shape ?? [], weight.shape);
    return success(Float64Array.from(diff.data));
  },
};
