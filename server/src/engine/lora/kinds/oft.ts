import { success } from '../../../shared/problem';
import { multiply, transpose } from '../tensor';
import { type LoraKind, malformed, misfit } from './kind';
import { rescaleRows, rotations } from './rotation';

/** OFT: the output rows are cut into blocks and each block is rotated, by the transpose of its R. */
export const oft: LoraKind = {
  name: 'oft',
  matches: (tensors) => tensors.get('oft_blocks')?.shape.length === 3,
  merge(tensors, weight, strength) {
    const blocks = tensors.get('oft_blocks');
    const rows = weight.shape[0];
    if (!blocks || blocks.shape[1] !== blocks.shape[2]) return malformed('its blocks are not square');
    const [count, n] = blocks.shape;
    if (count * n !== rows) return misfit(blocks.shape, weight.shape);
    const turns = rotations(tensors, blocks.data, n, rows, strength);
    if (!turns) return malformed('a block has no rotation');
    const width = weight.data.length / rows;
    const out = new Float64Array(weight.data.length);
    turns.forEach((turn, block) => {
      const from = block * n * width;
      out.set(
        multiply(transpose(turn, n, n), weight.data.subarray(from, from + n * width), n, n, width),
        from,
      );
    });
    rescaleRows(tensors, out, rows);
    return success(out);
  },
};
