import { ELEMENT, encode, type GraphEdits, type WeightSlot } from '../../formats/onnx/index';
import { factorInputs, factorNames } from './branchGraph';
import { matrixDims, mergeNodes } from './mergeGraph';
import type { ModelFile } from './modelFile';
import { inputName, mappedInitializers, rewireSlots } from './openGraph';
import { shapeTensor } from './shapeTensor';

/** Edits that compute W′ from W0 and the factors inside the graph, at every run. */
export function withMergeInside(file: ModelFile, slots: readonly WeightSlot[]): GraphEdits {
  const insertAfter = new Map<number, Uint8Array[]>();
  const prologue: Uint8Array[] = [];
  const addInitializers: Uint8Array[] = [];
  for (const slot of slots) {
    const first = Math.min(...slot.uses.map((use) => use.node));
    const nodes = first === 0 ? prologue : (insertAfter.get(first - 1) ?? []);
    nodes.push(...mergeInside(file, slot, addInitializers));
    if (first > 0) insertAfter.set(first - 1, nodes);
  }
  return {
    rewire: rewireSlots(slots, inputName),
    insertAfter,
    prologue,
    addInitializers,
    addInputs: slots.flatMap(factorInputs),
    replaceInitializers: mappedInitializers(file),
  };
}

/** W0 as a float32 matrix, the merge, and the way back to the shape and type the reader wants. */
function mergeInside(file: ModelFile, slot: WeightSlot, initializers: Uint8Array[]): Uint8Array[] {
  const at = `${inputName(slot)}.merge`;
  const nodes: Uint8Array[] = [];
  const use = slot.uses[0];
  let base = file.model.nodes[use.node].inputs[use.input];
  const isHalf = slot.elementType !== ELEMENT.float;
  const isFlat = slot.dims.length === 2;
  const step = (opType: string, inputs: string[], to: string, attributes: Uint8Array[] = []) => {
    nodes.push(encode.node(opType, inputs, [to], `${to}/${opType}`, attributes));
    return to;
  };
  if (isHalf) base = step('Cast', [base], `${at}.w32`, [encode.intAttribute('to', ELEMENT.float)]);
  if (!isFlat) {
    initializers.push(shapeTensor(`${at}.flatShape`, matrixDims(slot)));
    base = step('Reshape', [base, `${at}.flatShape`], `${at}.flat`);
  }
  const target = inputName(slot);
  const merged = isHalf || !isFlat ? `${at}.merged` : target;
  nodes.push(...mergeNodes(slot, at, { ...factorNames(slot), base, out: merged }));
  let value = merged;
  if (!isFlat) {
    initializers.push(shapeTensor(`${at}.dims`, slot.dims));
    value = step('Reshape', [value, `${at}.dims`], isHalf ? `${at}.shaped` : target);
  }
  if (isHalf) step('Cast', [value], target, [encode.intAttribute('to', slot.elementType)]);
  return nodes;
}
