import { success } from '../../../shared/problem';
import { type LoraKind, misfit } from './kind';

/** IA³: every output row (or, with `on_input`, every input column) of W is scaled. It has no alpha. */
export const ia3: LoraKind = {
  name: 'ia3',
  matches: (tensors) => tensors.has('weight') && tensors.has('on_input'),
  delta(tensors, weight) {
    const factor = tensors.get('weight');
    const [rows, inputs = 1] = weight.shape;
    const onInput = (tensors.get('on_input')?.data[0] ?? 0) !== 0;
    if (factor?.data.length !== (onInput ? inputs : rows)) return misfit(factor?.shape ?? [], weight.shape);
    const kernel = weight.data.length / (rows * inputs);
    const out = Float64Array.from(weight.data);
    for (let row = 0; row < rows; row++)
      for (let input = 0; input < inputs; input++) {
        const by = factor.data[onInput ? input : row];
        const base = (row * inputs + input) * kernel;
        for (let k = 0; k < kernel; k++) out[base + k] *= by;
      }
    return success(out);
  },
};
