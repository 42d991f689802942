import type { OnnxModel, WeightSlot } from '../../formats/onnx/index';
import type { GraphEdit } from '../graph/graphEdit';
import type { ModelFile } from '../graph/modelFile';

/**
 * The value that enters each layer of a CLIP text encoder, by layer index. Clip skip needs it, and the usual exports of
 * Stable Diffusion 1 do not give it out: it is what the layer's first normalisation reads.
 */
export function layerInputs(file: ModelFile): Map<number, string> {
  const inputs = new Map<number, string>();
  const producers = new Map<string, number>();
  file.model.nodes.forEach((node, index) => {
    for (const output of node.outputs) producers.set(output, index);
  });
  for (const slot of file.slots) {
    const layer = /(?:^|\.)layers\.(\d+)\.layer_norm1$/.exec(slot.path);
    if (!layer || slot.part !== 'weight') continue;
    const value = normalised(file.model, producers, slot);
    if (value !== undefined) inputs.set(Number(layer[1]), value);
  }
  return inputs;
}

/** What a LayerNorm reads: input 0 of the operator, or through `(x − mean) / deviation · weight` where it is spelled out. */
function normalised(
  model: OnnxModel,
  producers: ReadonlyMap<string, number>,
  slot: WeightSlot,
): string | undefined {
  const node = model.nodes[slot.uses[0]!.node]!;
  if (node.opType === 'LayerNormalization') return node.inputs[0];
  if (node.opType !== 'Mul') return undefined;
  for (const quotient of node.inputs) {
    const division = model.nodes[producers.get(quotient) ?? -1];
    if (division?.opType !== 'Div') continue;
    const difference = model.nodes[producers.get(division.inputs[0]!) ?? -1];
    if (difference?.opType === 'Sub') return difference.inputs[0];
  }
  return undefined;
}

/** Gives the values that `layerInputs` names out as graph outputs, where they are none yet. */
export function addLayerOutputs(edit: GraphEdit, file: ModelFile): void {
  const known = new Set(file.model.outputs.map((output) => output.name));
  for (const name of new Set(layerInputs(file).values()))
    if (!known.has(name)) edit.addOutput(edit.value(name));
}

/** LayerNorm over the last axis, in place on a copy. */
export function layerNorm(
  values: Float32Array,
  weight: Float64Array,
  bias: Float64Array,
  epsilon: number,
): Float32Array {
  const width = weight.length;
  const out = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += values[start + i]!;
    const mean = sum / width;
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (values[start + i]! - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++)
      out[start + i] = (values[start + i]! - mean) * scale * weight[i]! + bias[i]!;
  }
  return out;
}
