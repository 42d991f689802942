/** A dense tensor in float64, row-major: the number format all network mathematics is done in, rounded once at the end. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
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
  for (let row = 0; row < m; row++) {
    const base = row * n;
    for (let inner = 0; inner < k; inner++) {
      const factor = a[row * k + inner];
      if (factor === 0) continue;
      const from = inner * n;
      for (let column = 0; column < n; column++) out[base + column] += factor * b[from + column];
    }
  }
  return out;
}

/** `[m, n]` to `[n, m]`, flat. */
export function transpose(data: Float64Array, m: number, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * n);
  for (let row = 0; row < m; row++)
    for (let column = 0; column < n; column++) out[column * m + row] = data[row * n + column];
  return out;
}

/**
 * Rebuilds a Tucker-decomposed kernel: `core [i, j, …k]`, `out [i, p]`, `in [j, r]` give `[p, r, …k]`.
 */
export function tucker(core: Tensor64, outFactor: Tensor64, inFactor: Tensor64): Tensor64 {
  const [i, j] = core.shape;
  const kernel = core.data.length / (i * j);
  const p = outFactor.shape[1];
  const r = inFactor.shape[1];
  const half = multiply(transpose(outFactor.data, i, p), core.data, p, i, j * kernel);
  const out = new Float64Array(p * r * kernel);
  for (let a = 0; a < p; a++)
    for (let c = 0; c < j; c++)
      for (let b = 0; b < r; b++) {
        const factor = inFactor.data[c * r + b];
        const from = (a * j + c) * kernel;
        const to = (a * r + b) * kernel;
        for (let k = 0; k < kernel; k++) out[to + k] += factor * half[from + k];
      }
  return { shape: [p, r, ...core.shape.slice(2)], data: out };
}

/** Inverse of a square matrix by Gauss–Jordan elimination with row pivoting; undefined when it is singular. */
export function invert(matrix: Float64Array, n: number): Float64Array | undefined {
  const work = Float64Array.from(matrix);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  const swap = (data: Float64Array, a: number, b: number) => {
    for (let c = 0; c < n; c++) [data[a * n + c], data[b * n + c]] = [data[b * n + c], data[a * n + c]];
  };
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(work[row * n + column]) > Math.abs(work[pivot * n + column])) pivot = row;
    const value = work[pivot * n + column];
    if (value === 0 || !Number.isFinite(value)) return undefined;
    if (pivot !== column) {
      swap(work, pivot, column);
      swap(out, pivot, column);
    }
    for (let c = 0; c < n; c++) {
      work[column * n + c] /= value;
      out[column * n + c] /= value;
    }
    for (let row = 0; row < n; row++) {
      const factor = work[row * n + column];
      if (row === column || factor === 0) continue;
      for (let c = 0; c < n; c++) {
        work[row * n + c] -= factor * work[column * n + c];
        out[row * n + c] -= factor * out[column * n + c];
      }
    }
  }
  return out;
}

/** Some rows of a weight, as a weight of their own. */
export function takeRows(weight: Tensor64, rows: readonly number[]): Tensor64 {
  const width = weight.data.length / weight.shape[0];
  const data = new Float64Array(rows.length * width);
  for (const [to, from] of rows.entries())
    data.set(weight.data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: [rows.length, ...weight.shape.slice(1)], data };
}

/** A copy of the weight with some of its rows exchanged. */
export function putRows(weight: Tensor64, rows: readonly number[], part: Tensor64): Tensor64 {
  const width = weight.data.length / weight.shape[0];
  const data = Float64Array.from(weight.data);
  for (const [from, to] of rows.entries())
    data.set(part.data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: weight.shape, data };
}
