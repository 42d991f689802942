import { addProduct, rowsOf } from './product';

/** A dense tensor in float64, row-major: the number format all network mathematics is done in, rounded once at the end. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** Copies numbers from `from` on into an array; for tensors that are better not read whole. */
  copyPart?(from: number, into: Float64Array): void;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The tensor seen as a matrix: first axis by all the others. */
export function asMatrix(tensor: Tensor64): { rows: number; columns: number; data: Float64Array } {
  const rows = tensor.shape[0] ?? 1;
  return { rows, columns: rows === 0 ? 0 : tensor.data.length / rows, data: tensor.data };
}

/** `[m, k] · [k, n]`, flat. */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * n);
  addProduct(rowsOf(out, n), rowsOf(a, k), rowsOf(b, n), m, k, n);
  return out;
}

/**
 * `a + by · b`, number by number, into a new array or over one of the two. A loop: `from` and `map` with a function take up
 * to fifty times as long.
 */
export function addScaled(
  a: Float64Array,
  b: Float64Array,
  by: number,
  into: Float64Array = new Float64Array(a.length),
): Float64Array {
  for (let i = 0; i < into.length; i++) into[i] = a[i]! + by * b[i]!;
  return into;
}

/** Side of the squares a matrix is turned in: rows of both sides of it stay in the CPU caches. */
const SQUARE = 32;

/** `[m, n]` to `[n, m]`, flat. */
export function transpose(data: Float64Array, m: number, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * n);
  for (let top = 0; top < m; top += SQUARE)
    for (let left = 0; left < n; left += SQUARE) {
      const [bottom, right] = [Math.min(m, top + SQUARE), Math.min(n, left + SQUARE)];
      for (let column = left; column < right; column++)
        for (let row = top; row < bottom; row++) out[column * m + row] = data[row * n + column]!;
    }
  return out;
}

/**
 * Rebuilds a Tucker-decomposed kernel: `core [i, j, …k]`, `out [i, p]`, `in [j, r]` give `[p, r, …k]`.
 */
export function tucker(core: Tensor64, outFactor: Tensor64, inFactor: Tensor64): Tensor64 {
  const [i, j] = core.shape as [number, number];
  const kernel = core.data.length / (i * j);
  const p = outFactor.shape[1]!;
  const r = inFactor.shape[1]!;
  const half = multiply(transpose(outFactor.data, i, p), core.data, p, i, j * kernel);
  const out = new Float64Array(p * r * kernel);
  for (let a = 0; a < p; a++)
    for (let c = 0; c < j; c++)
      for (let b = 0; b < r; b++) {
        const factor = inFactor.data[c * r + b]!;
        const from = (a * j + c) * kernel;
        const to = (a * r + b) * kernel;
        for (let k = 0; k < kernel; k++) out[to + k]! += factor * half[from + k]!;
      }
  return { shape: [p, r, ...core.shape.slice(2)], data: out };
}

/** Inverse of a square matrix by Gauss–Jordan elimination in place, with row pivoting; undefined when it is singular. */
export function invert(matrix: Float64Array, n: number): Float64Array | undefined {
  const out = Float64Array.from(matrix);
  const swaps = new Int32Array(n);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(out[row * n + column]!) > Math.abs(out[pivot * n + column]!)) pivot = row;
    const value = out[pivot * n + column]!;
    if (value === 0 || !Number.isFinite(value)) return undefined;
    swaps[column] = pivot;
    const base = column * n;
    if (pivot !== column)
      for (let c = 0, other = pivot * n; c < n; c++, other++) {
        const kept = out[base + c]!;
        out[base + c] = out[other]!;
        out[other] = kept;
      }
    out[base + column] = 1;
    for (let c = 0; c < n; c++) out[base + c]! /= value;
    for (let row = 0; row < n; row++) {
      const from = row * n;
      const factor = out[from + column]!;
      if (row === column || factor === 0) continue;
      out[from + column] = 0;
      for (let c = 0; c < n; c++) out[from + c]! -= factor * out[base + c]!;
    }
  }
  // Rows that were exchanged are columns of the inverse that have to be.
  for (let column = n - 1; column >= 0; column--) {
    const pivot = swaps[column]!;
    if (pivot === column) continue;
    for (let at = 0; at < n * n; at += n) {
      const kept = out[at + column]!;
      out[at + column] = out[at + pivot]!;
      out[at + pivot] = kept;
    }
  }
  return out;
}

/** Some rows of a weight, as a weight of their own. */
export function takeRows(weight: Tensor64, rows: readonly number[]): Tensor64 {
  const width = weight.data.length / weight.shape[0]!;
  const data = new Float64Array(rows.length * width);
  for (const [to, from] of rows.entries())
    data.set(weight.data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: [rows.length, ...weight.shape.slice(1)], data };
}

/** A copy of the weight with some of its rows exchanged. */
export function putRows(weight: Tensor64, rows: readonly number[], part: Tensor64): Tensor64 {
  const width = weight.data.length / weight.shape[0]!;
  const data = Float64Array.from(weight.data);
  for (const [from, to] of rows.entries())
    data.set(part.data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: weight.shape, data };
}
