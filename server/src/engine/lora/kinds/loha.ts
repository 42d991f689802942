import { success } from '../../../shared/problem';
import { addProduct, createScratch, rowsOf } from '../product';
import { asMatrix, sizeOf, tucker } from '../tensor';
import { type LoraKind, type ModuleTensors, malformed, misfit, scaleOf } from './kind';

const scratch = [createScratch(), createScratch()];

/** LoHa: ΔW is the element-wise product of two low-rank matrices, or of two Tucker kernels. */
export const loha: LoraKind = {
  name: 'loha',
  matches: (tensors) => tensors.has('hada_w1_a') && tensors.has('hada_w2_a'),
  prepare(tensors, shape, strength) {
    const first = factor(tensors, '1');
    const second = factor(tensors, '2');
    const rank = tensors.get('hada_w1_b')?.shape[0];
    if (!first || !second || rank === undefined) return malformed('a factor is missing');
    const [rows, width] = [shape[0], sizeOf(shape) / shape[0]];
    if (first.rows !== second.rows || first.width !== second.width)
      return malformed('its two products differ in shape');
    if (first.rows !== rows || first.width !== width) return misfit([first.rows, first.width], shape);
    const by = strength * scaleOf(tensors, rank);
    return success({
      together: 1,
      apply(block, from) {
        const [a, b] = [first, second].map((one, index) => one.part(from, scratch[index](block.length)));
        for (let i = 0; i < block.length; i++) block[i] += by * a[i] * b[i];
      },
    });
  },
};

/** One of the two matrices, given by rows. */
interface Factor {
  readonly rows: number;
  readonly width: number;
  /** Rows from `first` on, in `into` or elsewhere. */
  part(first: number, into: Float64Array): Float64Array;
}

function factor(tensors: ModuleTensors, which: '1' | '2'): Factor | undefined {
  const a = tensors.get(`hada_w${which}_a`);
  const b = tensors.get(`hada_w${which}_b`);
  const core = tensors.get(`hada_t${which}`);
  if (!a || !b) return undefined;
  if (core) {
    if (core.shape[0] !== a.shape[0] || core.shape[1] !== b.shape[0]) return undefined;
    const { rows, columns: width, data } = asMatrix(tucker(core, a, b));
    const part = (first: number, { length }: Float64Array) =>
      data.subarray(first * width, first * width + length);
    return { rows, width, part };
  }
  const left = asMatrix(a);
  const right = asMatrix(b);
  const [rank, width] = [right.rows, right.columns];
  if (left.columns !== rank) return undefined;
  return {
    rows: left.rows,
    width,
    part(first, into) {
      into.fill(0);
      const [rows, own] = [into.length / width, rowsOf(left.data, rank, first * rank)];
      addProduct(rowsOf(into, width), own, rowsOf(right.data, width), rows, rank, width);
      return into;
    },
  };
}
