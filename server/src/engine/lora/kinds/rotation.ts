import { addProduct, createScratch, rowsOf } from '../product';
import { invert } from '../tensor';
import type { ModuleTensors } from './kind';

/** Keeps the ratio of two lengths defined; the value of the trainers. */
const EPSILON = 1e-8;

/**
 * The rotations of OFT's blocks, `count` matrices of `n`×`n`: Q = B − Bᵀ, kept within the constraint, R = (I+Q)(I−Q)⁻¹
 * (Cayley), and with a strength s: I + s(R − I). The constraint is alpha times the number of outputs; 0 or missing is
 * none. Undefined when a block cannot be inverted.
 */
export function rotations(
  tensors: ModuleTensors,
  blocks: Float64Array,
  n: number,
  outputs: number,
  strength: number,
): Float64Array[] | undefined {
  const count = blocks.length / (n * n);
  const skew = new Float64Array(blocks.length);
  let squares = 0;
  for (let block = 0; block < count; block++)
    for (let row = 0; row < n; row++)
      for (let column = 0; column < n; column++) {
        const base = block * n * n;
        const value = blocks[base + row * n + column]! - blocks[base + column * n + row]!;
        skew[base + row * n + column] = value;
        squares += value * value;
      }
  const limit = (tensors.get('alpha')?.data[0] ?? 0) * outputs;
  const length = Math.sqrt(squares);
  const shrink = limit > 0 && length > limit ? (limit + EPSILON) / (length + EPSILON) : 1;
  const out: Float64Array[] = [];
  for (let block = 0; block < count; block++) {
    const minus = new Float64Array(n * n);
    for (let i = 0; i < n * n; i++)
      minus[i] = (i % (n + 1) === 0 ? 1 : 0) - skew[block * n * n + i]! * shrink;
    const rotation = invert(minus, n);
    if (!rotation) return undefined;
    // (I + Q)(I − Q)⁻¹ = 2(I − Q)⁻¹ − I, and so I + s(R − I) = (1 − 2s)I + 2s(I − Q)⁻¹.
    for (let i = 0; i < n * n; i++)
      rotation[i] = (i % (n + 1) === 0 ? 1 - 2 * strength : 0) + 2 * strength * rotation[i]!;
    out.push(rotation);
  }
  return out;
}

const scratch = createScratch();

/** Numbers of a block of rows that are turned at a time. */
const TILE = 2 ** 16;

/** Turns rows from `at` on by `turn [n, n]`; the last block may have fewer rows than n, and then uses that corner of it. */
export function turnRows(
  data: Float64Array,
  at: number,
  width: number,
  rows: number,
  turn: Float64Array,
  n: number,
): void {
  const columns = Math.max(32, Math.min(512, Math.floor(TILE / rows)));
  for (let from = 0; from < width; from += columns) {
    const count = Math.min(columns, width - from);
    const kept = scratch(rows * count);
    for (let row = 0; row < rows; row++) {
      const start = at + row * width + from;
      kept.set(data.subarray(start, start + count), row * count);
      data.fill(0, start, start + count);
    }
    addProduct(rowsOf(data, width, at + from), rowsOf(turn, n), rowsOf(kept, count), rows, rows, count);
  }
}

/** Multiplies rows of the weight, from `first` on, by their entries of `rescale`, when the module has one of that length. */
export function rescaleRows(
  tensors: ModuleTensors,
  outputs: number,
): (block: Float64Array, first: number, width: number) => void {
  const rescale = tensors.get('rescale');
  if (rescale?.data.length !== outputs) return () => {};
  return (block, first, width) => {
    for (let at = 0, row = first; at < block.length; row++)
      for (const end = at + width; at < end; at++) block[at]! *= rescale.data[row]!;
  };
}
