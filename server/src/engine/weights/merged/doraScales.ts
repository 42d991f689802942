import type { WeightSlot } from '../../../formats/onnx/index';
import type { ModelFile } from '../../graph/modelFile';
import type { SlotChange } from '../../lora/assign';
import { addSquares, magnitudeOf, ratio, squaresOf } from '../../lora/kinds/dora';
import { kindOf } from '../../lora/kinds/index';
import type { FileModule } from '../../lora/loraFile';
import { Tensor } from '../../runtime/session';
import type { StackedFactors } from './factors';
import { visitChanged } from './float64Merge';

/**
 * DoRA as a merge graph computes it: with g = s·m/‖V‖ and V = W0 + ΔW, strength s of it is
 * W′ = (1 − s + g) ⊙ W0 + g ⊙ ΔW, one number for each row or column. ‖V‖ does not depend on s, so that another strength
 * reads no weight.
 */
export interface RowOrColumnScale {
  /** Column norms: `in`, one number for each input; row norms: `out`, one for each output. */
  readonly axis: 'in' | 'out';
  /** Factors of W0. */
  readonly base: Float32Array;
  /** Factors of ΔW. */
  readonly delta: Float32Array;
}

/** True when the first change of a slot is a DoRA and all others have low-rank factors. A change before a DoRA would change ‖V‖. */
export function startsWithDora(changes: readonly SlotChange[]): boolean {
  const [first, ...others] = changes;
  return (
    first?.module.isDecomposed === true &&
    first.rows === undefined &&
    first.lora.dyn === undefined &&
    others.every(({ module }) => module.isLowRank)
  );
}

/** Finds the scales of DoRAs, and caches the norms, for which a whole weight is read. */
export function createDoraScales(file: ModelFile) {
  const cache = new WeakMap<FileModule, Map<WeightSlot, Float64Array>>();
  return (slot: WeightSlot, { module, strength }: SlotChange): RowOrColumnScale | undefined => {
    const magnitude = magnitudeOf(module.tensors, slot.shape);
    if (!magnitude) return undefined;
    const { axis, data } = magnitude;
    const known = cache.get(module) ?? new Map<WeightSlot, Float64Array>();
    const squares = known.get(slot) ?? squaresAt(file, slot, module, axis);
    if (!squares) return undefined;
    known.set(slot, squares);
    cache.set(module, known);
    const delta = Float32Array.from(squares, (square, at) => strength * ratio(data[at]!, square));
    const base = delta.map((factor) => 1 - strength + factor);
    return { axis, base, delta };
  };
}

/** ‖V‖² of every row or column, in float64; undefined where the module does not fit. */
function squaresAt(
  file: ModelFile,
  slot: WeightSlot,
  { tensors }: FileModule,
  axis: 'in' | 'out',
): Float64Array | undefined {
  const [rows = 1, inputs = 1, ...kernel] = slot.shape;
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

/** The stacked factors with those of the first change multiplied by its scale, which contains the strength already. */
export function scaledByDora(
  { rank, down, up, scale }: StackedFactors,
  slot: WeightSlot,
  { module, strength }: SlotChange,
  { axis, delta }: RowOrColumnScale,
): StackedFactors {
  const own = module.lowRank(slot.shape);
  const ranks = own.ok ? own.value.rank : 0;
  const scales = (scale.data as Float32Array).map((value, row) => (row < ranks ? value / strength : value));
  const scaled = (tensor: Tensor): Tensor => {
    const data = Float32Array.from(tensor.data as Float32Array);
    const width = data.length / rank;
    const side = width / delta.length;
    for (let at = 0; at < ranks * width; at++) data[at]! *= delta[Math.floor((at % width) / side)]!;
    return new Tensor('float32', data, tensor.dims);
  };
  return {
    rank,
    down: axis === 'in' ? scaled(down) : down,
    up: axis === 'out' ? scaled(up) : up,
    scale: new Tensor('float32', scales, scale.dims),
  };
}

/** The factors of W0 as a column or a row, for its matrix in the slot's layout. */
export function baseScaleOf(slot: WeightSlot, { axis, base }: RowOrColumnScale): Tensor {
  const side = axis === 'in' ? slot.shape.slice(2).reduce((a, b) => a * b, 1) : 1;
  const numbers =
    side === 1
      ? base
      : Float32Array.from({ length: base.length * side }, (_, at) => base[Math.floor(at / side)]!);
  const isRow = (axis === 'out') === (slot.layout === 'torch');
  return new Tensor('float32', numbers, isRow ? [numbers.length, 1] : [1, numbers.length]);
}
