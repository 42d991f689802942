/** Rows of numbers in a larger array: row r begins at `at + r · stride`. */
export interface Rows {
  readonly data: Float64Array;
  readonly at: number;
  readonly stride: number;
}

/** Columns that are worked on at a time: what is read and written again and again stays in the CPU caches. */
const COLUMNS = 512;

/** Adds `a [m, k] · b [k, n]` to `out [m, n]`, which must not overlap the two. */
export function addProduct(out: Rows, a: Rows, b: Rows, m: number, k: number, n: number): void {
  for (let start = 0; start < n; start += COLUMNS) {
    const width = Math.min(COLUMNS, n - start);
    for (let row = 0; row < m; row += 4) {
      const last = Math.min(m, row + 4);
      let inner = 0;
      for (; inner + 4 <= k; inner += 4)
        if (row + 4 <= m) addTile(out, a, b, row, inner, start, width);
        else for (let one = row; one < last; one++) addFour(out, a, b, one, inner, start, width);
      for (; inner < k; inner++)
        for (let one = row; one < last; one++) addRow(out, a, b, one, inner, start, width);
    }
  }
}

/** Four rows of `a` by four of `b`: a number that was loaded is used as often as registers allow. */
function addTile(
  out: Rows,
  a: Rows,
  b: Rows,
  row: number,
  inner: number,
  start: number,
  width: number,
): void {
  const [left, from, to] = [a.data, b.data, out.data];
  let at = a.at + row * a.stride + inner;
  const f00 = left[at]!;
  const f01 = left[at + 1]!;
  const f02 = left[at + 2]!;
  const f03 = left[at + 3]!;
  at += a.stride;
  const f10 = left[at]!;
  const f11 = left[at + 1]!;
  const f12 = left[at + 2]!;
  const f13 = left[at + 3]!;
  at += a.stride;
  const f20 = left[at]!;
  const f21 = left[at + 1]!;
  const f22 = left[at + 2]!;
  const f23 = left[at + 3]!;
  at += a.stride;
  const f30 = left[at]!;
  const f31 = left[at + 1]!;
  const f32 = left[at + 2]!;
  const f33 = left[at + 3]!;
  const b0 = b.at + inner * b.stride + start;
  const b1 = b0 + b.stride;
  const b2 = b1 + b.stride;
  const b3 = b2 + b.stride;
  const o0 = out.at + row * out.stride + start;
  const o1 = o0 + out.stride;
  const o2 = o1 + out.stride;
  const o3 = o2 + out.stride;
  for (let i = 0; i < width; i++) {
    const x0 = from[b0 + i]!;
    const x1 = from[b1 + i]!;
    const x2 = from[b2 + i]!;
    const x3 = from[b3 + i]!;
    to[o0 + i]! += f00 * x0 + f01 * x1 + (f02 * x2 + f03 * x3);
    to[o1 + i]! += f10 * x0 + f11 * x1 + (f12 * x2 + f13 * x3);
    to[o2 + i]! += f20 * x0 + f21 * x1 + (f22 * x2 + f23 * x3);
    to[o3 + i]! += f30 * x0 + f31 * x1 + (f32 * x2 + f33 * x3);
  }
}

/** One row of `a` by four of `b`. */
function addFour(
  out: Rows,
  a: Rows,
  b: Rows,
  row: number,
  inner: number,
  start: number,
  width: number,
): void {
  const [from, to] = [b.data, out.data];
  const at = a.at + row * a.stride + inner;
  const f0 = a.data[at]!;
  const f1 = a.data[at + 1]!;
  const f2 = a.data[at + 2]!;
  const f3 = a.data[at + 3]!;
  const b0 = b.at + inner * b.stride + start;
  const b1 = b0 + b.stride;
  const b2 = b1 + b.stride;
  const b3 = b2 + b.stride;
  const base = out.at + row * out.stride + start;
  for (let i = 0; i < width; i++)
    to[base + i]! += f0 * from[b0 + i]! + f1 * from[b1 + i]! + (f2 * from[b2 + i]! + f3 * from[b3 + i]!);
}

function addRow(out: Rows, a: Rows, b: Rows, row: number, inner: number, start: number, width: number): void {
  const factor = a.data[a.at + row * a.stride + inner]!;
  if (factor === 0) return;
  const from = b.data;
  const to = out.data;
  const at = b.at + inner * b.stride + start;
  const base = out.at + row * out.stride + start;
  for (let i = 0; i < width; i++) to[base + i]! += factor * from[at + i]!;
}

/** Writes the products of every row of `a [m, width]` with every row of `b [n, width]` to `out [m, n]`. */
export function rowProducts(out: Rows, a: Rows, b: Rows, m: number, n: number, width: number): void {
  for (let row = 0; row < m; row += 2)
    for (let column = 0; column < n; column += 4)
      if (row + 2 <= m && column + 4 <= n) productTile(out, a, b, row, column, width);
      else
        for (let one = row; one < Math.min(m, row + 2); one++)
          for (let other = column; other < Math.min(n, column + 4); other++)
            out.data[out.at + one * out.stride + other] = dot(a, one, b, other, width);
}

/** Two rows of `a` with four of `b`. */
function productTile(out: Rows, a: Rows, b: Rows, row: number, column: number, width: number): void {
  const [left, right] = [a.data, b.data];
  const a0 = a.at + row * a.stride;
  const a1 = a0 + a.stride;
  const b0 = b.at + column * b.stride;
  const b1 = b0 + b.stride;
  const b2 = b1 + b.stride;
  const b3 = b2 + b.stride;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (let i = 0; i < width; i++) {
    const x = left[a0 + i]!;
    const y = left[a1 + i]!;
    const v0 = right[b0 + i]!;
    const v1 = right[b1 + i]!;
    const v2 = right[b2 + i]!;
    const v3 = right[b3 + i]!;
    s00 += x * v0;
    s01 += x * v1;
    s02 += x * v2;
    s03 += x * v3;
    s10 += y * v0;
    s11 += y * v1;
    s12 += y * v2;
    s13 += y * v3;
  }
  const at = out.at + row * out.stride + column;
  out.data.set([s00, s01, s02, s03], at);
  out.data.set([s10, s11, s12, s13], at + out.stride);
}

function dot(a: Rows, row: number, b: Rows, column: number, width: number): number {
  const [x, y] = [a.at + row * a.stride, b.at + column * b.stride];
  let sum = 0;
  for (let i = 0; i < width; i++) sum += a.data[x + i]! * b.data[y + i]!;
  return sum;
}

/** A whole array as rows. */
export function rowsOf(data: Float64Array, stride: number, at = 0): Rows {
  return { data, at, stride };
}

/** Longest array that is kept for the next time, elements. */
const LARGEST_KEPT = 2 ** 20;

/** Arrays for passing results, used again and again: what is in one stays until its owner asks for the next. */
export function createScratch(): (length: number) => Float64Array {
  let kept = new Float64Array(0);
  return (length) => {
    if (length > LARGEST_KEPT) return new Float64Array(length);
    if (kept.length < length) kept = new Float64Array(length);
    return kept.subarray(0, length);
  };
}
