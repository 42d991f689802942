import { type Result, success } from '../../../shared/problem';
import { asMatrix, multiply, sizeOf, type Tensor64, tucker } from '../tensor';
import { type LoraKind, type LowRank, type ModuleTensors, malformed, misfit, scaleOf } from './kind';

/**
 * LoKr: ΔW is a Kronecker product. Either side may be stored whole, as two factors, or (the second) with a Tucker core.
 * When both are whole, alpha means nothing: real files carry 1e10 there.
 */
export const lokr: LoraKind = {
  name: 'lokr',
  matches: (tensors) =>
    (tensors.has('lokr_w1') || tensors.has('lokr_w1_a')) &&
    (tensors.has('lokr_w2') || tensors.has('lokr_w2_a')),
  prepare(tensors, shape, strength) {
    const first = side(tensors, '1');
    const second = side(tensors, '2');
    if (!first || !second) return malformed('a factor is missing');
    const a = asMatrix(first);
    const b = asMatrix(second);
    const made = [a.rows * b.rows, a.columns * b.columns];
    if (made[0] !== shape[0] || made[0]! * made[1]! !== sizeOf(shape)) return misfit(made, shape);
    return success({
      together: 1,
      apply: (block, from) => addKronecker(block, from, a, b, strength * scaleIn(tensors)),
    });
  },
  isThin(tensors) {
    const ranks = ['1', '2'].map((which) => rankOf(tensors, which));
    return ranks.every((rank) => rank > 0) && ranks[0]! * ranks[1]! <= MOST_RANKS;
  },
  lowRank: lowRankFactors,
};

/**
 * Most ranks of the product as low-rank factors. Factors of so many ranks are merged by the runtime in a quarter of the time the
 * product takes number by number, and can run beside a large weight.
 */
const MOST_RANKS = 128;

/** The factor on the product. PEFT scales by the rank of its configuration, which the tensors may not show, even where both sides are whole. */
function scaleIn(tensors: ModuleTensors): number {
  const configured = tensors.peft?.rank;
  if (configured !== undefined) return scaleOf(tensors, configured);
  const isWhole = tensors.has('lokr_w1') && tensors.has('lokr_w2');
  const rank = (tensors.get('lokr_w2_b') ?? tensors.get('lokr_w1_b'))?.shape[0];
  return isWhole || rank === undefined ? 1 : scaleOf(tensors, rank);
}

type Which = '1' | '2';

/** The rank of a side as two factors; 0 where it is none or has a Tucker core. */
function rankOf(tensors: ModuleTensors, which: string): number {
  const whole = tensors.get(`lokr_w${which}`);
  if (whole) return Math.min(whole.shape[0] ?? 1, sizeOf(whole.shape) / (whole.shape[0] || 1));
  return tensors.has(`lokr_t${which}`) ? 0 : (tensors.get(`lokr_w${which}_b`)?.shape[0] ?? 0);
}

/** A side as `left [rows, rank] · right [rank, columns]`. */
interface Pair {
  readonly rank: number;
  readonly left: Matrix;
  readonly right: Matrix;
}

/** A side that is stored whole is the product of itself and the identity, which goes where the side is shorter. */
function pairOf(tensors: ModuleTensors, which: Which): Pair | undefined {
  const whole = tensors.get(`lokr_w${which}`);
  if (whole) {
    const matrix = asMatrix(whole);
    const rank = Math.min(matrix.rows, matrix.columns);
    const unit = { rows: rank, columns: rank, data: identity(rank) };
    const [left, right] = rank === matrix.columns ? [matrix, unit] : [unit, matrix];
    return { rank, left, right };
  }
  const a = tensors.get(`lokr_w${which}_a`);
  const b = tensors.get(`lokr_w${which}_b`);
  if (!a || !b || tensors.has(`lokr_t${which}`)) return undefined;
  const [left, right] = [asMatrix(a), asMatrix(b)];
  return left.columns === right.rows ? { rank: right.rows, left, right } : undefined;
}

function identity(size: number): Float64Array {
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++) data[i * size + i] = 1;
  return data;
}

/** `(l1·r1) ⊗ (l2·r2)` is `(l1 ⊗ l2) · (r1 ⊗ r2)`, with as many ranks as the two have, multiplied. */
function lowRankFactors(tensors: ModuleTensors, shape: readonly number[]): Result<LowRank> {
  const first = pairOf(tensors, '1');
  const second = pairOf(tensors, '2');
  if (!first || !second) return malformed('a factor is missing');
  const rows = first.left.rows * second.left.rows;
  const width = first.right.columns * second.right.columns;
  if (rows !== shape[0] || rows * width !== sizeOf(shape)) return misfit([rows, width], shape);
  const rank = first.rank * second.rank;
  const up = new Float32Array(rank * rows);
  const down = new Float32Array(rank * width);
  for (let i = 0, at = 0; i < first.rank; i++)
    for (let j = 0; j < second.rank; j++, at++) {
      const [upper, lower] = [up.subarray(at * rows), down.subarray(at * width)];
      outer(upper, column(first.left, i), column(second.left, j));
      outer(lower, row(first.right, i), row(second.right, j));
    }
  return success({ rank, down, up, scale: scaleIn(tensors) });
}

/** Writes every number of `a` times every number of `b`, those of `b` innermost. */
function outer(into: Float32Array, a: Float64Array, b: Float64Array): void {
  for (let i = 0, at = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++, at++) into[at] = a[i]! * b[j]!;
}

function row({ columns, data }: Matrix, index: number): Float64Array {
  return data.subarray(index * columns, (index + 1) * columns);
}

function column({ rows, columns, data }: Matrix, index: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, at) => data[at * columns + index]!);
}

function side(tensors: ModuleTensors, which: Which): Tensor64 | undefined {
  const whole = tensors.get(`lokr_w${which}`);
  if (whole) return whole;
  const a = tensors.get(`lokr_w${which}_a`);
  const b = tensors.get(`lokr_w${which}_b`);
  const core = tensors.get(`lokr_t${which}`);
  if (!a || !b) return undefined;
  if (core)
    return core.shape[0] === a.shape[0] && core.shape[1] === b.shape[0] ? tucker(core, a, b) : undefined;
  const left = asMatrix(a);
  const right = asMatrix(b);
  if (left.columns !== right.rows) return undefined;
  return {
    shape: [left.rows, right.columns],
    data: multiply(left.data, right.data, left.rows, left.columns, right.columns),
  };
}

type Matrix = ReturnType<typeof asMatrix>;

/** Adds rows of a ⊗ b, from row `first` on. A kernel's axes stay innermost, so two matrices are enough for convolutions too. */
function addKronecker(block: Float64Array, first: number, a: Matrix, b: Matrix, by: number): void {
  const columns = b.columns;
  for (let at = 0, row = first; at < block.length; row++) {
    const from = (row % b.rows) * columns;
    const own = Math.floor(row / b.rows) * a.columns;
    for (let j = 0; j < a.columns; j++, at += columns) {
      const factor = by * a.data[own + j]!;
      for (let l = 0; l < columns; l++) block[at + l]! += factor * b.data[from + l]!;
    }
  }
}
