import { type Result, success } from '../../../shared/problem';
import { addProduct, createScratch, rowsOf } from '../product';
import { asMatrix, sizeOf, tucker } from '../tensor';
import { type LoraKind, type LowRank, type ModuleTensors, malformed, misfit, scaleOf } from './kind';

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
    const [rows, width] = [shape[0], sizeOf(shape) / shape[0]!];
    if (first.rows !== second.rows || first.width !== second.width)
      return malformed('its two products differ in shape');
    if (first.rows !== rows || first.width !== width) return misfit([first.rows, first.width], shape);
    const by = strength * scaleOf(tensors, rank);
    return success({
      together: 1,
      apply(block, from) {
        const [a, b] = [first, second].map((one, index) => one.part(from, scratch[index]!(block.length))) as [
          Float64Array<ArrayBufferLike>,
          Float64Array<ArrayBufferLike>,
        ];
        for (let i = 0; i < block.length; i++) block[i]! += by * a[i]! * b[i]!;
      },
    });
  },
  isThin(tensors) {
    const ranks = ranksOf(tensors);
    return ranks !== undefined && ranks[0] * ranks[1] <= MOST_RANKS;
  },
  lowRank: lowRankFactors,
};

/**
 * Most ranks of the product as low-rank factors: the products of every row of one factor with every row of the other. Beyond
 * that the two matrices are multiplied out sooner than so many factors.
 */
const MOST_RANKS = 64;

/** The ranks of the two matrices; undefined for Tucker kernels and factors that do not belong together. */
function ranksOf(tensors: ModuleTensors): [number, number] | undefined {
  if (tensors.has('hada_t1') || tensors.has('hada_t2')) return undefined;
  const ranks = ['1', '2'].map((which) => tensors.get(`hada_w${which}_b`)?.shape[0] ?? 0);
  return [ranks[0]!, ranks[1]!];
}

/** `(a1·b1) ∘ (a2·b2)` is `up · down` with rank r1·r2: `up[i·r2+j] = a1[·,i] ∘ a2[·,j]`, `down[i·r2+j] = b1[i] ∘ b2[j]`. */
function lowRankFactors(tensors: ModuleTensors, shape: readonly number[]): Result<LowRank> {
  const ranks = ranksOf(tensors);
  const [a1, a2] = ['1', '2'].map((which) => tensors.get(`hada_w${which}_a`));
  const [b1, b2] = ['1', '2'].map((which) => tensors.get(`hada_w${which}_b`));
  if (!ranks || !a1 || !a2 || !b1 || !b2) return malformed('a factor is missing');
  const [r1, r2] = ranks;
  const [rows, width] = [shape[0], sizeOf(shape) / shape[0]!];
  if (a1.shape[1] !== r1 || a2.shape[1] !== r2) return malformed('its factors disagree about the rank');
  if (sizeOf(a1.shape) !== sizeOf(a2.shape) * (r1 / r2) || sizeOf(b1.shape) / r1 !== sizeOf(b2.shape) / r2)
    return malformed('its two products differ in shape');
  if (a1.shape[0] !== rows || sizeOf(b1.shape) / r1 !== width)
    return misfit([a1.shape[0]!, sizeOf(b1.shape) / r1], shape);
  const [left1, left2, right1, right2] = [a1.data, a2.data, b1.data, b2.data];
  const rank = r1 * r2;
  const up = new Float32Array(rank * rows!);
  const down = new Float32Array(rank * width);
  for (let i = 0; i < r1; i++)
    for (let j = 0; j < r2; j++) {
      const at = i * r2 + j;
      for (let row = 0; row < rows!; row++)
        up[at * rows! + row] = left1[row * r1 + i]! * left2[row * r2 + j]!;
      for (let k = 0; k < width; k++) down[at * width + k] = right1[i * width + k]! * right2[j * width + k]!;
    }
  return success({ rank, down, up, scale: scaleOf(tensors, r1) });
}

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
