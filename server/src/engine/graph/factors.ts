import { ELEMENT, encode, type WeightSlot } from '../../formats/onnx/index';
import type { NodeWriter, Value } from './nodes';

/** Values that carry the stacked low-rank factors of a slot. */
export interface Factors {
  /** float32 `[rank, in·kernel]`. */
  readonly down: Value;
  /** float32 `[rank, out]`. */
  readonly up: Value;
  /** float32 `[rank, 1]`: strength · alpha/rank of each row. */
  readonly scale: Value;
}

/** What adds a graph input: an edit, or a graph that is written. */
interface AddsInputs {
  addInput(name: string, elementType: number, dims: readonly (number | string)[]): Value;
}

/** Graph inputs for a slot's factors; the rank is a symbolic dimension. */
export function addFactorInputs(graph: AddsInputs, slot: WeightSlot, name: string): Factors {
  const rank = `${name}.rank`;
  return {
    down: graph.addInput(`${name}.down`, ELEMENT.float, [rank, innerSize(slot)]),
    up: graph.addInput(`${name}.up`, ELEMENT.float, [rank, slot.shape[0]!]),
    scale: graph.addInput(`${name}.scale`, ELEMENT.float, [rank, 1]),
  };
}

/** Inputs of a slot's weight as a matrix: input channels times kernel. */
export function innerSize({ shape }: WeightSlot): number {
  return shape.slice(1).reduce((a, b) => a * b, 1);
}

/** The factors with their scale in the smaller of the two. */
export function scaledFactors(
  nodes: NodeWriter,
  slot: WeightSlot,
  { down, up, scale }: Factors,
): { readonly down: Value; readonly up: Value } {
  return innerSize(slot) <= slot.shape[0]!
    ? { down: nodes.op('Mul', [down, scale]), up }
    : { down, up: nodes.op('Mul', [up, scale]) };
}

/** Factors as the operator of a branch takes them: matrices `[in, rank]` and `[rank, out]`, or two kernels. */
export interface BranchFactors {
  readonly down: Value;
  readonly up: Value;
}

/** Writes the nodes that turn factors into operands of a branch, in the slot's element type. */
export function branchFactors(nodes: NodeWriter, slot: WeightSlot, factors: Factors): BranchFactors {
  let { down, up } = scaledFactors(nodes, slot, factors);
  if (slot.elementType !== ELEMENT.float) {
    const to = encode.intAttribute('to', slot.elementType);
    down = nodes.op('Cast', [down], to);
    up = nodes.op('Cast', [up], to);
  }
  const swapped = encode.intsAttribute('perm', [1, 0]);
  if (slot.kind !== 'conv') return { down: nodes.op('Transpose', [down], swapped), up };
  // 0 in a Reshape copies the dimension: the rank is known only when the graph runs.
  const downShape = nodes.integers([0, ...slot.shape.slice(1)]);
  const upShape = nodes.integers([0, 0, ...slot.shape.slice(2).map(() => 1)]);
  return {
    down: nodes.op('Reshape', [down, downShape]),
    up: nodes.op('Reshape', [nodes.op('Transpose', [up], swapped), upShape]),
  };
}
