import type { Result } from '../../../shared/problem';
import { success } from '../../../shared/problem';
import type { Tensor64 } from '../tensor';
import { type ModuleTensors, misfit } from './kind';

/** DoRA is no kind of its own: any additive kind may carry a magnitude beside its factors. */
export function hasMagnitude(tensors: ModuleTensors): boolean {
  return tensors.has('dora_scale') || tensors.has('magnitude');
}

/**
 * W′ = m ⊙ V / ‖V‖ with V = W + ΔW, norms per input column or per output row, told by the magnitude's shape:
 * `[1, in, …]` is per column, `[out, 1, …]` per row. A flat one goes by its length; where that fits both it is per
 * column. PEFT's magnitude vector is always per row, also a convolution's, whose shape is `[1, out, 1, 1]`.
 */
export function decompose(
  tensors: ModuleTensors,
  weight: Tensor64,
  delta: Float64Array,
): Result<Float64Array> {
  const magnitude = tensors.get('dora_scale') ?? tensors.get('magnitude');
  const [rows, inputs = 1] = weight.shape;
  const isPeft = !tensors.has('dora_scale');
  const axis = magnitude && axisOf(magnitude.shape, rows, inputs, isPeft);
  if (!magnitude || !axis) return misfit(magnitude?.shape ?? [], weight.shape);
  const kernel = weight.data.length / (rows * inputs);
  const out = Float64Array.from(weight.data, (value, index) => value + delta[index]);
  const lineOf = (index: number) =>
    axis === 'out' ? Math.floor(index / (inputs * kernel)) : Math.floor(index / kernel) % inputs;
  const squares = new Float64Array(axis === 'out' ? rows : inputs);
  for (let i = 0; i < out.length; i++) squares[lineOf(i)] += out[i] * out[i];
  for (let i = 0; i < out.length; i++) {
    const line = lineOf(i);
    if (squares[line] > 0) out[i] *= magnitude.data[line] / Math.sqrt(squares[line]);
  }
  return success(out);
}

function axisOf(
  shape: readonly number[],
  rows: number,
  inputs: number,
  isPeft: boolean,
): 'in' | 'out' | undefined {
  const wide = shape.filter((size) => size !== 1);
  const length = shape.reduce((product, size) => product * size, 1);
  if (isPeft) return length === rows && wide.length <= 1 ? 'out' : undefined;
  if (shape.length > 1 && wide.length <= 1) {
    if (shape[0] === rows && length === rows && (shape[0] !== 1 || rows === 1)) return 'out';
    return shape[0] === 1 && shape[1] === inputs && length === inputs ? 'in' : undefined;
  }
  if (length !== rows && length !== inputs) return undefined;
  return length === inputs ? 'in' : 'out';
}
