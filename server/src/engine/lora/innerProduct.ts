import type { LowRank } from './kinds/kind';
import type { Steps } from './steps';

/**
 * A change of one matrix: two low-rank factors, or every number. `strength` multiplies low-rank factors; a dense change has it in
 * its numbers already.
 */
export type Change =
  | { readonly kind: 'thin'; readonly factors: LowRank; readonly rank: number; readonly strength: number }
  | { readonly kind: 'dense'; readonly data: Float64Array };

/**
 * ⟨ΔWa, ΔWb⟩, the sum of the products of their numbers. Low-rank factors are never multiplied out: two pairs of them have
 * Σ (ua·ub)(da·db) over all pairs of ranks, and one beside a dense change Σ u·(D d) over its ranks.
 */
export function* innerProduct(a: Change, b: Change): Steps<number> {
  if (a.kind === 'thin') return yield* b.kind === 'thin' ? thinProduct(a, b) : mixedProduct(a, b);
  return yield* b.kind === 'thin' ? mixedProduct(b, a) : denseProduct(a, b);
}

/** ‖ΔW‖² in the Frobenius norm. Rounding may leave a tiny negative square. */
export function* squaredNorm(change: Change): Steps<number> {
  return Math.max(0, yield* innerProduct(change, change));
}

type Thin = Extract<Change, { kind: 'thin' }>;
type Dense = Extract<Change, { kind: 'dense' }>;
type Numbers = Float32Array | Float64Array;

/** Numbers of a dense change that are looked at in one go. */
const SLICE = 2 ** 18;
/** Products of numbers that are computed in one go: a few milliseconds of work. */
const PRODUCTS = 2 ** 22;

function* thinProduct(a: Thin, b: Thin): Steps<number> {
  const [left, right] = [a.factors, b.factors];
  const out = left.up.length / left.rank;
  const inner = left.down.length / left.rank;
  const isSame = a === b;
  const ups = yield* rowProducts(left.up, a.rank, right.up, b.rank, out, isSame);
  const downs = yield* rowProducts(left.down, a.rank, right.down, b.rank, inner, isSame);
  return dot(ups, 0, downs, 0, ups.length) * left.scale * a.strength * right.scale * b.strength;
}

function* mixedProduct({ factors, rank, strength }: Thin, { data }: Dense): Steps<number> {
  const out = factors.up.length / factors.rank;
  const inner = factors.down.length / factors.rank;
  const rows = Math.max(1, Math.floor(SLICE / inner));
  let sum = 0;
  for (let row = 0; row < out; row += rows) {
    const count = Math.min(rows, out - row);
    const products = yield* rowProducts(data.subarray(row * inner), count, factors.down, rank, inner, false);
    for (let i = 0; i < count; i++)
      for (let r = 0; r < rank; r++) sum += products[i * rank + r]! * factors.up[r * out + row + i]!;
  }
  return sum * factors.scale * strength;
}

function* denseProduct({ data }: Dense, { data: other }: Dense): Steps<number> {
  let sum = 0;
  for (let at = 0; at < data.length; at += SLICE) {
    sum += dot(data, at, other, at, Math.min(SLICE, data.length - at));
    yield;
  }
  return sum;
}

/**
 * The product of every row of `a` with every row of `b`, `[m, n]`; all rows are `width` long. With `isSame` the two are
 * one, and half of the products are those of the other half.
 */
function* rowProducts(
  a: Numbers,
  m: number,
  b: Numbers,
  n: number,
  width: number,
  isSame: boolean,
): Steps<Float64Array> {
  const products = new Float64Array(m * n);
  let done = 0;
  for (let i = 0; i < m; i += 2) {
    const from = isSame ? i : 0;
    multiplyTwo(products, a, i, Math.min(i + 2, m), b, from, n, width);
    done += 2 * (n - from) * width;
    if (done < PRODUCTS) continue;
    done = 0;
    yield;
  }
  if (isSame)
    for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) products[i * n + j] = products[j * n + i]!;
  return products;
}

/** The products of one or two rows of `a`, from `i` to `end`, with those of `b` from `from` on. */
function multiplyTwo(
  products: Float64Array,
  a: Numbers,
  i: number,
  end: number,
  b: Numbers,
  from: number,
  n: number,
  width: number,
): void {
  for (let j = from; j < n; j += 4) {
    if (i + 2 === end && j + 4 <= n) tile(products, a, i, b, j, n, width);
    else
      for (let row = i; row < end; row++)
        for (let column = j; column < Math.min(j + 4, n); column++)
          products[row * n + column] = dot(a, row * width, b, column * width, width);
  }
}

/** Two rows by four: a number that was loaded is used as often as registers allow. */
function tile(
  products: Float64Array,
  a: Numbers,
  i: number,
  b: Numbers,
  j: number,
  n: number,
  width: number,
): void {
  const i0 = i * width;
  const i1 = i0 + width;
  const j0 = j * width;
  const j1 = j0 + width;
  const j2 = j1 + width;
  const j3 = j2 + width;
  let p00 = 0;
  let p01 = 0;
  let p02 = 0;
  let p03 = 0;
  let p10 = 0;
  let p11 = 0;
  let p12 = 0;
  let p13 = 0;
  for (let k = 0; k < width; k++) {
    const x = a[i0 + k]!;
    const y = a[i1 + k]!;
    const v0 = b[j0 + k]!;
    const v1 = b[j1 + k]!;
    const v2 = b[j2 + k]!;
    const v3 = b[j3 + k]!;
    p00 += x * v0;
    p01 += x * v1;
    p02 += x * v2;
    p03 += x * v3;
    p10 += y * v0;
    p11 += y * v1;
    p12 += y * v2;
    p13 += y * v3;
  }
  products.set([p00, p01, p02, p03], i * n + j);
  products.set([p10, p11, p12, p13], (i + 1) * n + j);
}

/** The product of `width` numbers of `a` from `i` with those of `b` from `j`; two sums, so that neither waits for itself. */
function dot(a: Numbers, i: number, b: Numbers, j: number, width: number): number {
  let even = 0;
  let odd = 0;
  const pairs = width - (width % 2);
  for (let k = 0; k < pairs; k += 2) {
    even += a[i + k]! * b[j + k]!;
    odd += a[i + k + 1]! * b[j + k + 1]!;
  }
  return pairs < width ? even + odd + a[i + pairs]! * b[j + pairs]! : even + odd;
}
