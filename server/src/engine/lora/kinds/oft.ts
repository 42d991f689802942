import { success } from '../../../shared/problem';
import { sizeOf, type Tensor64, transpose } from '../tensor';
import { type LoraKind, type ModuleTensors, malformed, misfit } from './kind';
import { rescaleRows, rotations, turnRows } from './rotation';

/**
 * OFT: the output rows are cut into blocks and each block is rotated, by the transpose of its R. A list of tensors
 * (`oft_blocks.0` …) holds one block each, or, for a fused projection, the blocks of one part each (sd-scripts'
 * `networks/oft_flux.py`): parts lie one below the other and keep to constraints of their own.
 */
export const oft: LoraKind = {
  name: 'oft',
  matches: (tensors) => tensors.has('oft_blocks.0') || tensors.get('oft_blocks')?.shape.length === 3,
  prepare(tensors, shape, strength) {
    const rows = shape[0]!;
    const width = sizeOf(shape) / rows;
    const parts = partsOf(tensors);
    if (!parts?.every((part) => part.shape[1] === part.shape[2]))
      return malformed('its blocks are not square');
    if (parts.reduce((sum, part) => sum + part.shape[0]! * part.shape[1]!, 0) !== rows)
      return misfit(parts[0]!.shape, shape);
    const turns: Turn[] = [];
    let at = 0;
    for (const part of parts) {
      const [count, n] = part.shape as [number, number];
      const own = rotations(tensors, part.data, n, count * n, strength);
      if (!own) return malformed('a block has no rotation');
      for (const turn of own) {
        turns.push({ at, n, turn: transpose(turn, n, n) });
        at += n;
      }
    }
    const rescale = rescaleRows(tensors, rows);
    return success({
      together: parts.length === 1 ? turns[0]!.n : rows,
      apply(block, first) {
        const end = first + block.length / width;
        for (const { at: row, n, turn } of turns)
          if (row >= first && row < end) turnRows(block, (row - first) * width, width, n, turn, n);
        rescale(block, first, width);
      },
    });
  },
};

/** What a block of rows, from row `at` on, is multiplied with. */
interface Turn {
  readonly at: number;
  readonly n: number;
  readonly turn: Float64Array;
}

/** Blocks `[count, n, n]` of each part; single blocks of a list are one part. Undefined when a list has other tensors. */
function partsOf(tensors: ModuleTensors): Tensor64[] | undefined {
  const whole = tensors.get('oft_blocks');
  if (whole) return [whole];
  const parts: Tensor64[] = [];
  for (let part = 0; ; part++) {
    const blocks = tensors.get(`oft_blocks.${part}`);
    if (!blocks) break;
    parts.push(blocks);
  }
  if (parts.every(({ shape }) => shape.length === 3)) return parts;
  const [first] = parts as [Tensor64];
  if (!parts.every(({ shape }) => shape.length === 2 && shape.join() === first.shape.join()))
    return undefined;
  const data = new Float64Array(parts.length * first.data.length);
  for (const [part, block] of parts.entries()) data.set(block.data, part * block.data.length);
  return [{ shape: [parts.length, ...first.shape], data }];
}
