import { ELEMENT, encode, type WeightSlot } from '../../formats/onnx/index';
import { addFactorInputs, type Factors, scaledFactors } from './factors';
import { createGraphWriter, type GraphWriter } from './graphWriter';
import type { ModelFile } from './modelFile';
import type { NodeWriter, Value } from './nodes';

const OPSET = 14;
/** First version with casts from 8-bit floats. */
const OPSET_OF_FLOAT8 = 19;
const FLOAT8: ReadonlySet<number> = new Set([ELEMENT.float8e4m3fn, ELEMENT.float8e5m2]);

/** A graph that merges several slots, and its inputs and outputs in the order of the slots. */
export interface MergeGraph {
  readonly bytes: Uint8Array;
  readonly slots: readonly SlotMerge[];
}

/** Inputs and output of one slot. */
export interface SlotMerge extends Factors {
  /** bool scalar: true multiplies W0 by `baseScale` first. */
  readonly isScaled: Value;
  /** float32, one number for each row or column of W0: `[rows, 1]` or `[1, columns]`. */
  readonly baseScale: Value;
  /** W′ as a matrix (`matrixDims`), in the slot's element type. */
  readonly merged: Value;
}

/** A weight as a matrix: `[out, in·kernel]`, or `[in, out]` where the graph reads it transposed. */
export function matrixDims(slot: WeightSlot): [rows: number, columns: number] {
  const [rows, ...rest] = slot.dims;
  return [rows!, rest.reduce((a, b) => a * b, 1)];
}

/**
 * Writes a graph that computes, for every slot, W′ = W0 + Σ s·(up ⊗ down). W0 is an initializer that refers to the model's
 * own bytes: mapped, never copied. Rank 0 gives W0 exactly.
 */
export function mergeGraph(file: ModelFile, slots: readonly WeightSlot[]): MergeGraph {
  const graph = createGraphWriter();
  const merges = slots.map((slot, index) => addMerge(graph, file, slot, index));
  const hasFloat8 = slots.some(({ tensor }) => FLOAT8.has(tensor.dataType));
  return { bytes: graph.bytes(hasFloat8 ? OPSET_OF_FLOAT8 : OPSET), slots: merges };
}

function addMerge(graph: GraphWriter, file: ModelFile, slot: WeightSlot, index: number): SlotMerge {
  const name = `slot${index}`;
  const factors = addFactorInputs(graph, slot, name);
  const isScaled = graph.addInput(`${name}.isScaled`, ELEMENT.bool, []);
  const baseScale = graph.addInput(`${name}.baseScale`, ELEMENT.float, [`${name}.rows`, `${name}.columns`]);
  const nodes = graph.at([name]);
  const base = storedMatrix(graph, nodes, file, slot, `${name}.base`);
  const merged = nodes.choose(
    isScaled,
    (inner) => mergedMatrix(inner, slot, factors, inner.op('Mul', [base, baseScale])),
    (inner) => mergedMatrix(inner, slot, factors, base),
  );
  const output = slot.elementType === ELEMENT.float ? merged : cast(nodes, merged, slot.elementType);
  graph.addOutput(output, slot.elementType, matrixDims(slot));
  return { ...factors, isScaled, baseScale, merged: output };
}

/** Writes `Gemm(factorsᵀ, base)` of one slot; every value is a float32 matrix in the slot's layout. */
export function mergedMatrix(nodes: NodeWriter, slot: WeightSlot, factors: Factors, base: Value): Value {
  const { down, up } = scaledFactors(nodes, slot, factors);
  const [left, right] = slot.layout === 'transposed' ? [down, up] : [up, down];
  return nodes.op('Gemm', [left, right, base], encode.intAttribute('transA', 1));
}

/** Writes W0 as a float32 matrix in the slot's layout. */
function storedMatrix(
  graph: GraphWriter,
  nodes: NodeWriter,
  file: ModelFile,
  slot: WeightSlot,
  name: string,
): Value {
  const [rows, columns] = matrixDims(slot);
  const isTransposed = slot.storedLayout !== slot.layout;
  const dims = isTransposed ? [columns, rows] : [rows, columns];
  let value = graph.addInitializer(name, file.reference(slot.tensor, name, dims));
  if (slot.tensor.dataType !== ELEMENT.float) value = cast(nodes, value, ELEMENT.float);
  return isTransposed ? nodes.op('Transpose', [value], encode.intsAttribute('perm', [1, 0])) : value;
}

function cast(nodes: NodeWriter, value: Value, elementType: number): Value {
  return nodes.op('Cast', [value], encode.intAttribute('to', elementType));
}
