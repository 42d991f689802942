import type { WeightSlot } from '../../formats/onnx/index';
import type { ModelFile } from '../graph/modelFile';
import type { SlotChange } from '../lora/assign';
import { addSquares, magnitudeOf, ratio, squaresOf } from '../lora/kinds/dora';
import { kindOf } from '../lora/kinds/index';
import type { FileModule } from '../lora/loraFile';
import { Tensor } from '../runtime/session';
import { visitChanged } from './dense';
import type { StackedFactors } from './factors';

/**
 * DoRA as what a merge graph can do: with g = s·m/‖V‖ and V = W0 + ΔW, s of it is W′ = (1 − s + g) ⊙ W0 + g ⊙ ΔW, a line
 * of the weight at a time. ‖V‖ does not know s, so that a change of weight reads no weight.
 */
export interface Lines {
  readonly axis: 'in' | 'out';
  /** What W0 is multiplied by, and what the factors are: one number for each input or output. */
  readonly base: Float32Array;
  readonly factors: Float32Array;
}

/** True when a slot's changes are one DoRA, and nothing but thin factors after it. Before it, they would change ‖V‖. */
export function isDecomposedFirst(changes: readonly SlotChange[]): boolean {
  const [first, ...others] = changes;
  return (
    first?.module.isDecomposed === true &&
    first.rows === undefined &&
    first.lora.dyn === undefined &&
    others.every(({ module }) => module.isLowRank)
  );
}

/** Finds the lines of DoRAs, and keeps the lengths it had to read a weight for. */
export function createLines(file: ModelFile) {
  const kept = new WeakMap<FileModule, Map<WeightSlot, Float64Array>>();
  return (slot: WeightSlot, { module, strength }: SlotChange): Lines | undefined => {
    const magnitude = magnitudeOf(module.tensors, slot.shape);
    if (!magnitude) return undefined;
    const { axis, data } = magnitude;
    const known = kept.get(module) ?? new Map<WeightSlot, Float64Array>();
    const squares = known.get(slot) ?? squaresAt(file, slot, module, axis);
    if (!squares) return undefined;
    known.set(slot, squares);
    kept.set(module, known);
    const factors = Float32Array.from(squares, (square, line) => strength * ratio(data[line], square));
    const base = factors.map((factor) => 1 - strength + factor);
    return { axis, base, factors };
  };
}

/** ‖V‖² of every line, in float64; undefined where the module does not fit. */
function squaresAt(
  file: ModelFile,
  slot: WeightSlot,
  { tensors }: FileModule,
  axis: 'in' | 'out',
): Float64Array | undefined {
  const [rows, inputs = 1, ...kernel] = slot.shape;
  const side = kernel.reduce((a, b) => a * b, 1);
  const change = kindOf(tensors)?.prepare(tensors, slot.shape, 1);
  if (!change?.ok) return undefined;
  const squares = new Float64Array(axis === 'out' ? rows : inputs);
  visitChanged(file, slot, [change.value], (block, first) => {
    if (axis === 'in') return addSquares(block, side, squares);
    const width = inputs * side;
    for (let at = 0, row = first; at < block.length; at += width, row++)
      squares[row] = squaresOf(block, at, width);
  });
  return squares;
}

/** The factors of a slot's changes, those of the first one multiplied by its lines; `scale` then knows no strength of it. */
export function withLines(
  { rank, down, up, scale }: StackedFactors,
  slot: WeightSlot,
  { module, strength }: SlotChange,
  { axis, factors }: Lines,
): StackedFactors {
  const own = module.lowRank(slot.shape);
  const ranks = own.ok ? own.value.rank : 0;
  const scales = (scale.data as Float32Array).map((value, row) => (row < ranks ? value / strength : value));
  const scaled = (tensor: Tensor): Tensor => {
    const data = Float32Array.from(tensor.data as Float32Array);
    const width = data.length / rank;
    const side = width / factors.length;
    for (let at = 0; at < ranks * width; at++) data[at] *= factors[Math.floor((at % width) / side)];
    return new Tensor('float32', data, tensor.dims);
  };
  return {
    rank,
    down: axis === 'in' ? scaled(down) : down,
    up: axis === 'out' ? scaled(up) : up,
    scale: new Tensor('float32', scales, scale.dims),
  };
}

/** What the matrix of W0 is multiplied by, as the slot's layout has it. */
export function baseOf(slot: WeightSlot, { axis, base }: Lines): Tensor {
  const side = axis === 'in' ? slot.shape.slice(2).reduce((a, b) => a * b, 1) : 1;
  const numbers =
    side === 1
      ? base
      : Float32Array.from({ length: base.length * side }, (_, at) => base[Math.floor(at / side)]);
  const isRow = (axis === 'out') === (slot.layout === 'torch');
  return new Tensor('float32', numbers, isRow ? [numbers.length, 1] : [1, numbers.length]);
}
