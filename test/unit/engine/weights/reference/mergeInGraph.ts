import { addFactorInputs, type Factors } from '../../../../../server/src/engine/graph/factors';
import type { GraphEdit } from '../../../../../server/src/engine/graph/graphEdit';
import { matrixDims, mergedMatrix } from '../../../../../server/src/engine/graph/mergeGraph';
import { ELEMENT, encode, type WeightSlot } from '../../../../../server/src/formats/onnx/index';

/** Computes W′ from W0 and the factors inside the graph, at every run: the plainest way, as the reference for the others. */
export function mergeInGraph(edit: GraphEdit, slots: readonly WeightSlot[]): Factors[] {
  return slots.map((slot) => {
    const factors = addFactorInputs(edit, slot, `sdprompt.${slot.path}`);
    const first = Math.min(...slot.uses.map(({ node }) => node));
    const nodes = first === 0 ? edit.start(slot.path) : edit.after(first - 1, slot.path);
    const isHalf = slot.elementType !== ELEMENT.float;
    const isMatrix = slot.dims.length === 2;
    let value = edit.inputOf(slot.uses[0]!);
    if (isHalf) value = nodes.op('Cast', [value], encode.intAttribute('to', ELEMENT.float));
    if (!isMatrix) value = nodes.op('Reshape', [value, nodes.integers(matrixDims(slot))]);
    value = mergedMatrix(nodes, slot, factors, value);
    if (!isMatrix) value = nodes.op('Reshape', [value, nodes.integers(slot.dims)]);
    if (isHalf) value = nodes.op('Cast', [value], encode.intAttribute('to', slot.elementType));
    edit.replaceInput(slot.uses, value);
    return factors;
  });
}
