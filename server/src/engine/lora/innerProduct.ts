import type { LowRank } from './kinds/kind';

/**
 * A change of one matrix: two thin factors, or every number. `strength` multiplies thin factors; a dense change has it in
 * its numbers already.
 */
export type Change =
  | { readonly kind: 'thin'; readonly factors: LowRank; readonly rank: number; readonly strength: number }
  | { readonly kind: 'dense'; readonly data: Float64Array };

/**
 * ⟨ΔWa, ΔWb⟩, the sum of the products of their numbers. For thin factors it is Σ (ua·ub)(da·db) over all pairs of ranks, so
 * that no matrix of the weight's size is made.
 */
export function innerProduct(a: Change, b: Change): number {
  if (a.kind === 'thin' && b.kind === 'thin') return thinProduct(a, b);
  const [left, right] = [denseOf(a), denseOf(b)];
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[i];
  return sum;
}

/** ‖ΔW‖² in the Frobenius norm. Rounding may leave a tiny negative square. */
export function squaredNorm(change: Change): number {
  return Math.max(0, innerProduct(change, change));
}

type Thin = Extract<Change, { kind: 'thin' }>;

function thinProduct(a: Thin, b: Thin): number {
  const [left, right] = [a.factors, b.factors];
  const out = left.up.length / left.rank;
  const inner = left.down.length / left.rank;
  let sum = 0;
  for (let i = 0; i < a.rank; i++) {
    // The products of a change with itself are the same on both sides of the diagonal.
    for (let j = a === b ? i : 0; j < b.rank; j++) {
      const twice = a === b && j > i ? 2 : 1;
      sum +=
        twice * rowProduct(left.up, i, right.up, j, out) * rowProduct(left.down, i, right.down, j, inner);
    }
  }
  return sum * left.scale * a.strength * right.scale * b.strength;
}

function rowProduct(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  const [left, right] = [i * width, j * width];
  let sum = 0;
  for (let k = 0; k < width; k++) sum += a[left + k] * b[right + k];
  return sum;
}

/** Every number of a change, in the weight's PyTorch layout. */
function denseOf(change: Change): Float64Array {
  if (change.kind === 'dense') return change.data;
  const { factors, rank, strength } = change;
  const out = factors.up.length / factors.rank;
  const inner = factors.down.length / factors.rank;
  const data = new Float64Array(out * inner);
  for (let r = 0; r < rank; r++)
    for (let row = 0; row < out; row++) {
      const by = strength * factors.scale * factors.up[r * out + row];
      for (let column = 0; column < inner; column++)
        data[row * inner + column] += by * factors.down[r * inner + column];
    }
  return data;
}
