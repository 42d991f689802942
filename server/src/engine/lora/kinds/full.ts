import { success } from '../../../shared/problem';
import { sizeOf } from '../tensor';
import { type LoraKind, misfit } from './kind';

/** A whole difference of weights. It has no alpha. */
export const full: LoraKind = {
  name: 'full',
  matches: (tensors) => tensors.has('diff'),
  delta(tensors, weight) {
    const diff = tensors.get('diff');
    if (!diff || diff.data.length !== sizeOf(weight.shape)) return misfit(diff?.shape ?? [], weight.shape);
    return success(Float64Array.from(diff.data));
  },
};
