import { success } from '../../../shared/problem';
import { addProduct, createScratch, rowProducts, rowsOf } from '../product';
import { asMatrix, sizeOf, type Tensor64, transpose } from '../tensor';
import { addFactors, type LoraKind, malformed, misfit, scaleOf } from './kind';

/**
 * GLoRA: ΔW = W·A + B with A and B of low rank. Two namings exist: the older calls the factor next to the input `a1`
 * and `b1` (`[rank, in]`), the newer the one next to the weight (`[in, rank]`, `[out, rank]`). Shapes tell them apart.
 */
export const glora: LoraKind = {
  name: 'glora',
  matches: (tensors) => ['a1', 'a2', 'b1', 'b2'].every((name) => tensors.has(name)),
  prepare(tensors, shape, strength) {
    const [a1, a2, b1, b2] = ['a1', 'a2', 'b1', 'b2'].map((name) => tensors.get(name));
    if (!a1 || !a2 || !b1 || !b2) return malformed('a factor is missing');
    const [rows, inputs = 1] = shape;
    // Where rank, inputs and outputs are one number both readings fit, and the older counts.
    const isOlder = a1.shape[1] === inputs && a2.shape[0] === inputs && b2.shape[0] === rows;
    const isNewer = !isOlder && a1.shape[0] === inputs && b1.shape[0] === rows && a2.shape[1] === inputs;
    const [near, far, left, right]: Tensor64[] = isNewer ? [a1, a2, b1, b2] : [a2, a1, b2, b1];
    const rank = far!.shape[0]!;
    const down = asMatrix(right!);
    if (near!.shape[0] !== inputs || near!.shape[1] !== rank || far!.shape[1] !== inputs)
      return misfit(near!.shape, shape);
    if (left!.shape[0] !== rows || left!.shape[1] !== down.rows || rows! * down.columns !== sizeOf(shape))
      return misfit([left!.shape[0]!, ...right!.shape.slice(1)], shape);
    const by = strength * scaleOf(tensors, rank);
    const own = addFactors(left!.data, down.data, down.rows, by);
    const kernel = sizeOf(shape) / (rows! * inputs);
    const throughWeight = productWith(near!.data, far!.data, rank, inputs, kernel, by);
    return success({
      together: 1,
      apply(block, first) {
        throughWeight(block);
        own.apply(block, first);
      },
    });
  },
};

const scratch = createScratch();

/** Adds `by · W · near · far` over the input axis to rows of W, for every position of the kernel. */
function productWith(
  near: Float64Array,
  far: Float64Array,
  rank: number,
  inputs: number,
  kernel: number,
  by: number,
): (block: Float64Array) => void {
  const first = transpose(near, inputs, rank).map((value) => by * value);
  const width = inputs * kernel;
  if (kernel === 1)
    return (block) => {
      const rows = block.length / width;
      const between = rowsOf(scratch(rows * rank), rank);
      rowProducts(between, rowsOf(block, width), rowsOf(first, inputs), rows, rank, inputs);
      addProduct(rowsOf(block, width), between, rowsOf(far, inputs), rows, rank, inputs);
    };
  const second = transpose(far, rank, inputs);
  return (block) => {
    const between = rowsOf(scratch(rank * kernel), kernel);
    for (let at = 0; at < block.length; at += width) {
      between.data.fill(0);
      const row = rowsOf(block, kernel, at);
      addProduct(between, rowsOf(first, inputs), row, rank, inputs, kernel);
      addProduct(row, rowsOf(second, rank), between, inputs, rank, kernel);
    }
  };
}
