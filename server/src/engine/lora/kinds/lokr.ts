import { success } from '../../../shared/problem';
import { asMatrix, multiply, sizeOf, type Tensor64, tucker } from '../tensor';
import { type LoraKind, type ModuleTensors, malformed, misfit, scaleOf } from './kind';

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
    if (made[0] !== shape[0] || made[0] * made[1] !== sizeOf(shape)) return misfit(made, shape);
    const whole = tensors.has('lokr_w1') && tensors.has('lokr_w2');
    const rank = (tensors.get('lokr_w2_b') ?? tensors.get('lokr_w1_b'))?.shape[0];
    const configured = tensors.peft?.rank;
    // PEFT scales by the rank of its configuration, which the tensors may not show, even where both sides are whole.
    const scale =
      configured !== undefined
        ? scaleOf(tensors, configured)
        : whole || rank === undefined
          ? 1
          : scaleOf(tensors, rank);
    return success({
      together: 1,
      apply: (block, from) => addKronecker(block, from, a, b, strength * scale),
    });
  },
};

function side(tensors: ModuleTensors, which: '1' | '2'): Tensor64 | undefined {
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
      const factor = by * a.data[own + j];
      for (let l = 0; l < columns; l++) block[at + l] += factor * b.data[from + l];
    }
  }
}
