import { type Result, success } from '../../../shared/problem';
import type { Tensor64 } from '../tensor';
import { type LoraKind, misfit } from './kind';

/** IA³: every output row (or, with `on_input`, every input column) of W is scaled. It has no alpha. */
export const ia3: LoraKind = {
  name: 'ia3',
  matches: (tensors) => tensors.has('ia3_l') || (tensors.has('weight') && tensors.has('on_input')),
  delta(tensors, weight) {
    const whole = tensors.get('ia3_l');
    if (whole) return peftDelta(whole, weight);
    const factor = tensors.get('weight');
    const [rows, inputs = 1] = weight.shape;
    const onInput = (tensors.get('on_input')?.data[0] ?? 0) !== 0;
    if (factor?.data.length !== (onInput ? inputs : rows)) return misfit(factor?.shape ?? [], weight.shape);
    return success(multiplied(weight, (row, input) => factor.data[onInput ? input : row]));
  },
};

/**
 * PEFT's vector is the factor itself, not its difference from 1: `[out, 1]`, or `[1, in]` for a feed-forward layer; a
 * convolution's is `[1, n, 1, 1]` for either side, and where both have that size it is the output's.
 */
function peftDelta({ shape, data }: Tensor64, weight: Tensor64): Result<Float64Array> {
  const [rows, inputs = 1] = weight.shape;
  const onOutput = shape.length === 4 ? data.length === rows : shape[0] === rows && shape[1] === 1;
  const onInput = !onOutput && shape[0] === 1 && shape[1] === inputs && data.length === inputs;
  if (!onOutput && !onInput) return misfit(shape, weight.shape);
  return success(multiplied(weight, (row, input) => data[onInput ? input : row] - 1));
}

function multiplied(weight: Tensor64, by: (row: number, input: number) => number): Float64Array {
  const [rows, inputs = 1] = weight.shape;
  const kernel = weight.data.length / (rows * inputs);
  const out = Float64Array.from(weight.data);
  for (let row = 0; row < rows; row++)
    for (let input = 0; input < inputs; input++) {
      const factor = by(row, input);
      const base = (row * inputs + input) * kernel;
      for (let k = 0; k < kernel; k++) out[base + k] *= factor;
    }
  return out;
}
