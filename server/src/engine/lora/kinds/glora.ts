import { success } from '../../../shared/problem';
import { asMatrix, multiply, type Tensor64 } from '../tensor';
import { type LoraKind, malformed, misfit, scaled, scaleOf } from './kind';

/**
 * GLoRA: ΔW = W·A + B with A and B of low rank. Two namings exist: the older calls the factor next to the input `a1`
 * and `b1` (`[rank, in]`), the newer the one next to the weight (`[in, rank]`, `[out, rank]`). Shapes tell them apart.
 */
export const glora: LoraKind = {
  name: 'glora',
  matches: (tensors) => ['a1', 'a2', 'b1', 'b2'].every((name) => tensors.has(name)),
  delta(tensors, weight) {
    const [a1, a2, b1, b2] = ['a1', 'a2', 'b1', 'b2'].map((name) => tensors.get(name));
    if (!a1 || !a2 || !b1 || !b2) return malformed('a factor is missing');
    const [rows, inputs = 1] = weight.shape;
    // Where rank, inputs and outputs are one number both readings fit, and the older counts.
    const isOlder = a1.shape[1] === inputs && a2.shape[0] === inputs && b2.shape[0] === rows;
    const isNewer = !isOlder && a1.shape[0] === inputs && b1.shape[0] === rows && a2.shape[1] === inputs;
    const [near, far, left, right]: Tensor64[] = isNewer ? [a1, a2, b1, b2] : [a2, a1, b2, b1];
    const rank = far.shape[0];
    const down = asMatrix(right);
    if (near.shape[0] !== inputs || near.shape[1] !== rank || far.shape[1] !== inputs)
      return misfit(near.shape, weight.shape);
    if (left.shape[0] !== rows || left.shape[1] !== down.rows || rows * down.columns !== weight.data.length)
      return misfit([left.shape[0], ...right.shape.slice(1)], weight.shape);
    const out = multiply(left.data, down.data, rows, down.rows, down.columns);
    addProduct(out, weight, multiply(near.data, far.data, inputs, rank, inputs));
    return success(scaled(out, scaleOf(tensors, rank)));
  },
};

/** Adds `W · a` over the input axis, for every position of the kernel. */
function addProduct(out: Float64Array, weight: Tensor64, a: Float64Array): void {
  const [rows, inputs = 1] = weight.shape;
  const kernel = weight.data.length / (rows * inputs);
  for (let row = 0; row < rows; row++)
    for (let from = 0; from < inputs; from++)
      for (let k = 0; k < kernel; k++) {
        const value = weight.data[(row * inputs + from) * kernel + k];
        for (let to = 0; to < inputs; to++)
          out[(row * inputs + to) * kernel + k] += value * a[from * inputs + to];
      }
}
