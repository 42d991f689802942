import type { WeightSlot } from '../../../formats/onnx/index';
import type { ModelFile } from '../../graph/modelFile';
import type { CancelCheck } from './cancelCheck';
import { piecesOf } from './pieces';

/**
 * The squares of a weight's stored numbers, added up: in one sum, or, for a packed weight, in one for each row of its
 * PyTorch layout. Float64 sums over stored bytes, a few megabytes at a time; the layout of a norm does not matter, so
 * nothing is transposed. Undefined after a cancel.
 */
export async function squaresOf(
  file: ModelFile,
  slot: WeightSlot,
  isCancelled: CancelCheck,
): Promise<Float64Array | undefined> {
  const add = slot.packed ? addRows(slot) : addAll();
  for await (const piece of piecesOf(file, slot.tensor)) {
    add.piece(piece);
    if (await isCancelled()) return undefined;
  }
  return add.sums;
}

interface Adder {
  readonly sums: Float64Array;
  piece(values: Float32Array | Float64Array): void;
}

function addAll(): Adder {
  const sums = new Float64Array(1);
  return {
    sums,
    piece(values) {
      sums[0]! += sumOfSquares(values);
    },
  };
}

/** Four sums at once, because one would wait for itself at every addition. */
function sumOfSquares(values: Float32Array | Float64Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const w = values[i]!;
    const x = values[i + 1]!;
    const y = values[i + 2]!;
    const z = values[i + 3]!;
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + (c + d);
}

function addRows({ shape, storedLayout, tensor }: WeightSlot): Adder {
  const [rows] = shape as [number];
  const width = tensor.dims.reduce((a, b) => a * b, 1) / rows;
  const sums = new Float64Array(rows);
  let at = 0;
  return {
    sums,
    piece(values) {
      for (let i = 0; i < values.length; i++, at++)
        sums[storedLayout === 'torch' ? Math.floor(at / width) : at % rows]! += values[i]! * values[i]!;
    },
  };
}
