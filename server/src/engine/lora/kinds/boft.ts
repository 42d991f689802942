import { success } from '../../../shared/problem';
import { addProduct, createScratch, rowsOf } from '../product';
import { sizeOf } from '../tensor';
import { type LoraKind, malformed, misfit } from './kind';
import { rescaleRows, rotations } from './rotation';

/**
 * BOFT: OFT in butterfly factors. `oft_blocks` is `[m, k, b, b]`: m rounds, each rotating k groups of b output rows.
 * In round i a group takes rows that lie 2^i·b/2 apart, so that after m rounds every row has met many others.
 */
export const boft: LoraKind = {
  name: 'boft',
  matches: (tensors) => tensors.get('oft_blocks')?.shape.length === 4,
  prepare(tensors, shape, strength) {
    const blocks = tensors.get('oft_blocks');
    const rows = shape[0];
    if (!blocks || blocks.shape[2] !== blocks.shape[3]) return malformed('its blocks are not square');
    const [rounds, count, b] = blocks.shape as [number, number, number];
    const stride = (round: number) => 2 ** round * (b / 2);
    const together = 2 * stride(rounds - 1);
    if (count * b !== rows || b % 2 !== 0 || rows % together !== 0) return misfit(blocks.shape, shape);
    const turns = rotations(tensors, blocks.data, b, rows, strength);
    if (!turns) return malformed('a block has no rotation');
    const width = sizeOf(shape) / rows;
    const orders = Array.from({ length: rounds }, (_, round) => butterfly(together, stride(round)));
    const rescale = rescaleRows(tensors, rows);
    return success({
      together,
      apply(block, first) {
        for (let at = 0; at < block.length; at += together * width)
          orders.forEach((order, round) => {
            const from = round * count + (first + at / width) / b;
            turnShuffled(block, at, width, order!, turns.slice(from, from + together / b), b);
          });
        rescale(block, first, width);
      },
    });
  },
};

const scratch = createScratch();

/** Columns that are turned at a time. */
const COLUMNS = 256;

/** Turns the rows of a block, from `at` on, b at a time in a shuffled order. */
function turnShuffled(
  data: Float64Array,
  at: number,
  width: number,
  order: readonly number[],
  turns: readonly Float64Array[],
  b: number,
): void {
  for (let start = 0; start < width; start += COLUMNS) {
    const count = Math.min(COLUMNS, width - start);
    const kept = rowsOf(scratch(b * count), count);
    for (const [group, turn] of turns.entries()) {
      const rowAt = (j: number) => at + order[group * b + j]! * width + start;
      for (let j = 0; j < b; j++) {
        kept.data.set(data.subarray(rowAt(j), rowAt(j) + count), j * count);
        data.fill(0, rowAt(j), rowAt(j) + count);
      }
      // Of a group, rows of even and of odd places each lie evenly apart.
      for (const odd of [0, 1]) {
        const own = rowsOf(data, b > 2 ? rowAt(odd + 2) - rowAt(odd) : 0, rowAt(odd));
        addProduct(own, rowsOf(turn, 2 * b, odd * b), kept, b / 2, b, count);
      }
    }
  }
}

/** Place in the shuffled order → row: rows `stride` apart become neighbours. */
function butterfly(rows: number, stride: number): number[] {
  const order: number[] = [];
  for (let base = 0; base < rows; base += 2 * stride)
    for (let offset = 0; offset < stride; offset++) order.push(base + offset, base + offset + stride);
  return order;
}
