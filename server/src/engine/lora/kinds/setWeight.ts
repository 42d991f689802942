import { success } from '../../../shared/problem';
import { sizeOf } from '../tensor';
import { type LoraKind, misfit, partOf } from './kind';

/** A weight to be put in the place of the model's, whatever the strength. */
export const setWeight: LoraKind = {
  name: 'set',
  matches: (tensors) => tensors.has('set_weight'),
  prepare(tensors, shape) {
    const whole = tensors.get('set_weight');
    if (!whole || sizeOf(whole.shape) !== sizeOf(shape)) return misfit(whole?.shape ?? [], shape);
    return success({ together: 1, apply: (block, first) => block.set(partOf(whole, block, first, shape)) });
  },
};
