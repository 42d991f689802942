import { success } from '../../../shared/problem';
import { type LoraKind, malformed, misfit } from './kind';
import { rescaleRows, rotations } from './rotation';

/**
 * BOFT: OFT in butterfly factors. `oft_blocks` is `[m, k, b, b]`: m rounds, each rotating k groups of b output rows.
 * In round i a group takes rows that lie 2^i·b/2 apart, so that after m rounds every row has met many others.
 */
export const boft: LoraKind = {
  name: 'boft',
  matches: (tensors) => tensors.get('oft_blocks')?.shape.length === 4,
  merge(tensors, weight, strength) {
    const blocks = tensors.get('oft_blocks');
    const rows = weight.shape[0];
    if (!blocks || blocks.shape[2] !== blocks.shape[3]) return malformed('its blocks are not square');
    const [rounds, count, b] = blocks.shape;
    const stride = (round: number) => 2 ** round * (b / 2);
    if (count * b !== rows || b % 2 !== 0 || rows % (2 * stride(rounds - 1)) !== 0)
      return misfit(blocks.shape, weight.shape);
    const turns = rotations(tensors, blocks.data, b, rows, strength);
    if (!turns) return malformed('a block has no rotation');
    const width = weight.data.length / rows;
    let current = Float64Array.from(weight.data);
    for (let round = 0; round < rounds; round++) {
      const order = butterfly(rows, stride(round));
      const next = new Float64Array(current.length);
      for (let at = 0; at < rows; at++) {
        const turn = turns[round * count + Math.floor(at / b)];
        const first = at - (at % b);
        for (let j = 0; j < b; j++) {
          const factor = turn[(at % b) * b + j];
          const from = order[first + j] * width;
          const to = order[at] * width;
          for (let i = 0; i < width; i++) next[to + i] += factor * current[from + i];
        }
      }
      current = next;
    }
    rescaleRows(tensors, current, rows);
    return success(current);
  },
};

/** Place in the shuffled order → row: rows `stride` apart become neighbours. */
function butterfly(rows: number, stride: number): number[] {
  const order: number[] = [];
  for (let base = 0; base < rows; base += 2 * stride)
    for (let offset = 0; offset < stride; offset++) order.push(base + offset, base + offset + stride);
  return order;
}
