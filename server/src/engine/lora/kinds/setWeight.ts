import { success } from '../../../shared/problem';
import { sizeOf } from '../tensor';
import { type LoraKind, misfit } from './kind';

/** A weight to be put in the place of the model's, whatever the strength. */
export const setWeight: LoraKind = {
  name: 'set',
  matches: (tensors) => tensors.has('set_weight'),
  merge(tensors, weight) {
    const whole = tensors.get('set_weight');
    if (!whole || whole.data.length !== sizeOf(weight.shape)) return misfit(whole?.shape ?? [], weight.shape);
    return success(Float64Array.from(whole.data));
  },
};
