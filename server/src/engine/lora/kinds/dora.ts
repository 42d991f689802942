import { type Result, success } from '../../../shared/problem';
import { createScratch } from '../product';
import { atOnce, type Steps } from '../steps';
import { sizeOf } from '../tensor';
import { changeRows, type ModuleTensors, misfit, type RowChange, rowsAtATime } from './kind';

/** DoRA is no kind of its own: any additive kind may carry a magnitude beside its factors. */
export function hasMagnitude(tensors: ModuleTensors): boolean {
  return tensors.has('dora_scale') || tensors.has('magnitude');
}

const scratch = createScratch();

/** What a weight's lines are brought to the length of, and which lines: of an input's numbers, or of an output's. */
export interface Magnitude {
  readonly axis: 'in' | 'out';
  readonly data: Float64Array;
}

/** The magnitude of a module for a weight of that shape; undefined where it fits neither side. */
export function magnitudeOf(tensors: ModuleTensors, shape: readonly number[]): Magnitude | undefined {
  const stored = tensors.get('dora_scale') ?? tensors.get('magnitude');
  const [rows, inputs = 1] = shape;
  const axis = stored && axisOf(stored.shape, rows!, inputs, !tensors.has('dora_scale'));
  return stored && axis && { axis, data: stored.data };
}

/**
 * W′ = m ⊙ V / ‖V‖ with V = W + ΔW, norms per input column or per output row, identified by the magnitude's shape:
 * `[1, in, …]` is per column, `[out, 1, …]` per row. A flat one goes by its length; where that fits both it is per
 * column. PEFT's magnitude vector is always per row, also a convolution's, whose shape is `[1, out, 1, 1]`. A strength s
 * is W + s(W′ − W); `change` is that of ΔW at strength 1.
 */
export function decomposed(
  tensors: ModuleTensors,
  shape: readonly number[],
  strength: number,
  change: RowChange,
): Result<RowChange> {
  const magnitude = magnitudeOf(tensors, shape);
  if (!magnitude) return misfit((tensors.get('dora_scale') ?? tensors.get('magnitude'))?.shape ?? [], shape);
  const { axis, data } = magnitude;
  const [rows, inputs = 1] = shape;
  const width = sizeOf(shape) / rows!;
  const rest = 1 - strength;
  if (axis === 'out')
    return success({
      together: change.together,
      apply(block, first) {
        const kept = copyOf(block, rest);
        changeRows(change, block, block.length / width, first);
        for (let at = 0, row = first; at < block.length; at += width, row++) {
          const by = strength * ratio(data[row]!, squaresOf(block, at, width));
          mix(block, at, width, by, kept, rest);
        }
      },
    });
  const kernel = width / inputs;
  const count = rowsAtATime(change.together, width);
  /** The lengths of columns are known when every row was changed; only then can the first row be finished. */
  function* applying(block: Float64Array, kept: Float64Array | undefined): Steps<void> {
    const squares = new Float64Array(inputs);
    for (let first = 0; first < rows!; first += count) {
      const part = block.subarray(first * width, (first + count) * width);
      kept?.set(part, first * width);
      change.apply(part, first);
      addSquares(part, kernel, squares);
      yield;
    }
    const by = squares.map((square, input) => strength * ratio(data[input]!, square));
    for (let from = 0; from < block.length; from += count * width) {
      const to = from + count * width;
      const part = block.subarray(from, to);
      mixByInput(part, kernel, by, kept?.subarray(from, to) ?? part, rest);
      yield;
    }
  }
  return success({
    together: rows!,
    apply: (block) => atOnce(applying(block, rest === 0 ? undefined : scratch(block.length))),
    applying: (block) => applying(block, rest === 0 ? undefined : new Float64Array(block.length)),
  });
}

/** W as it was, of which the result has a part; all of it is changed at strength 1. */
function copyOf(block: Float64Array, rest: number): Float64Array {
  if (rest === 0) return block;
  const kept = scratch(block.length);
  kept.set(block);
  return kept;
}

/** What a line is multiplied by. A line of zeros stays as it is. */
export function ratio(magnitude: number, squares: number): number {
  return squares > 0 ? magnitude / Math.sqrt(squares) : 1;
}

/** The sum of the squares of `width` numbers. */
export function squaresOf(block: Float64Array, from: number, width: number): number {
  let even = 0;
  let odd = 0;
  const end = from + width;
  let i = from;
  for (; i + 2 <= end; i += 2) {
    even += block[i]! * block[i]!;
    odd += block[i + 1]! * block[i + 1]!;
  }
  return i < end ? even + odd + block[i]! * block[i]! : even + odd;
}

function mix(
  block: Float64Array,
  from: number,
  width: number,
  by: number,
  kept: Float64Array,
  rest: number,
): void {
  for (let i = from; i < from + width; i++) block[i] = by * block[i]! + rest * kept[i]!;
}

/** Adds the squares of every input's numbers, `kernel` side by side. */
export function addSquares(block: Float64Array, kernel: number, squares: Float64Array): void {
  const inputs = squares.length;
  for (let at = 0; at < block.length; at += inputs * kernel)
    if (kernel === 1)
      for (let input = 0; input < inputs; input++) squares[input]! += block[at + input]! * block[at + input]!;
    else
      for (let input = 0; input < inputs; input++)
        squares[input]! += squaresOf(block, at + input * kernel, kernel);
}

function mixByInput(
  block: Float64Array,
  kernel: number,
  by: Float64Array,
  kept: Float64Array,
  rest: number,
): void {
  const inputs = by.length;
  for (let at = 0; at < block.length; at += inputs * kernel)
    if (kernel === 1)
      for (let i = 0, to = at; i < inputs; i++, to++) block[to] = by[i]! * block[to]! + rest * kept[to]!;
    else for (let i = 0; i < inputs; i++) mix(block, at + i * kernel, kernel, by[i]!, kept, rest);
}

function axisOf(
  shape: readonly number[],
  rows: number,
  inputs: number,
  isPeft: boolean,
): 'in' | 'out' | undefined {
  const wide = shape.filter((size) => size !== 1);
  const length = shape.reduce((product, size) => product * size, 1);
  if (isPeft) return length === rows && wide.length <= 1 ? 'out' : undefined;
  if (shape.length > 1 && wide.length <= 1) {
    if (shape[0] === rows && length === rows && (shape[0] !== 1 || rows === 1)) return 'out';
    return shape[0] === 1 && shape[1] === inputs && length === inputs ? 'in' : undefined;
  }
  if (length !== rows && length !== inputs) return undefined;
  return length === inputs ? 'in' : 'out';
}
