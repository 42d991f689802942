import { createScratch } from './product';
import { sizeOf, type Tensor64 } from './tensor';

/** Numbers that are read and rounded at a time: a whole tensor in float64 would leave holes in memory behind. */
const PIECE = 2 ** 15;
const scratch = createScratch();

/** A tensor's numbers as float32, in their order. */
export function toFloats(tensor: Tensor64): Float32Array {
  const floats = new Float32Array(sizeOf(tensor.shape));
  for (let from = 0; from < floats.length; from += PIECE)
    floats.set(pieceOf(tensor, from, Math.min(PIECE, floats.length - from)), from);
  return floats;
}

/** The same of a matrix `[rows, columns]`, as `[columns, rows]`. */
export function turnedFloats(tensor: Tensor64, rows: number, columns: number): Float32Array {
  const floats = new Float32Array(rows * columns);
  const atATime = Math.max(1, Math.floor(PIECE / columns));
  for (let first = 0; first < rows; first += atATime) {
    const count = Math.min(atATime, rows - first);
    const piece = pieceOf(tensor, first * columns, count * columns);
    for (let row = 0; row < count; row++)
      for (let column = 0; column < columns; column++)
        floats[column * rows + first + row] = piece[row * columns + column]!;
  }
  return floats;
}

/** Numbers of a tensor, for the moment. */
function pieceOf(tensor: Tensor64, from: number, length: number): Float64Array {
  if (!tensor.copyPart) return tensor.data.subarray(from, from + length);
  const piece = scratch(length);
  tensor.copyPart(from, piece);
  return piece;
}
