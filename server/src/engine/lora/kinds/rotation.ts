import { invert, multiply } from '../tensor';
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
        const value = blocks[base + row * n + column] - blocks[base + column * n + row];
        skew[base + row * n + column] = value;
        squares += value * value;
      }
  const limit = (tensors.get('alpha')?.data[0] ?? 0) * outputs;
  const length = Math.sqrt(squares);
  const shrink = limit > 0 && length > limit ? (limit + EPSILON) / (length + EPSILON) : 1;
  const out: Float64Array[] = [];
  for (let block = 0; block < count; block++) {
    const plus = new Float64Array(n * n);
    const minus = new Float64Array(n * n);
    for (let i = 0; i < n * n; i++) {
      const q = skew[block * n * n + i] * shrink;
      const unit = i % (n + 1) === 0 ? 1 : 0;
      plus[i] = unit + q;
      minus[i] = unit - q;
    }
    const inverse = invert(minus, n);
    if (!inverse) return undefined;
    const rotation = multiply(plus, inverse, n, n, n);
    for (let i = 0; i < n * n; i++) {
      const unit = i % (n + 1) === 0 ? 1 : 0;
      rotation[i] = unit + strength * (rotation[i] - unit);
    }
    out.push(rotation);
  }
  return out;
}

/** Multiplies every output row by its entry of `rescale`, when the module has one of that length. */
export function rescaleRows(tensors: ModuleTensors, weight: Float64Array, rows: number): void {
  const rescale = tensors.get('rescale');
  if (rescale?.data.length !== rows) return;
  const width = weight.length / rows;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++) weight[row * width + i] *= rescale.data[row];
}
