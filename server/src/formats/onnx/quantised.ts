import { ELEMENT, type OnnxNode } from './model';
import { MATRIX_OPS, originOf, pathOfMatrix } from './origin';
import { packedOf } from './packed';
import type { Graph, QuantisedUse, WeightSlot } from './slot';

/**
 * The weight that a node multiplies by, where it is stored in few bits: `MatMulNBits`, integer products of dynamically
 * quantised values, and products with a `DequantizeLinear`. Undefined for any other node.
 */
export function quantisedSlot(graph: Graph, index: number): WeightSlot | undefined {
  const node = graph.model.nodes[index]!;
  if (node.opType === 'MatMulNBits') return ofBits(graph, node, index);
  if (INTEGER_OPS.has(node.opType)) return ofIntegers(graph, node, index);
  return MATRIX_OPS.has(node.opType) ? ofDequantised(graph, node, index) : undefined;
}

const INTEGER_OPS = new Set([
  ...['MatMulInteger', 'ConvInteger'],
  // ONNX Runtime's own, in graphs that were saved optimised.
  ...['MatMulIntegerToFloat', 'DynamicQuantizeMatMul'],
]);

function ofBits(graph: Graph, node: OnnxNode, index: number): WeightSlot | undefined {
  const int = (name: string) => node.attributes.find((attribute) => attribute.name === name)?.int;
  const [out, inner] = [int('N'), int('K')];
  const tensor = graph.model.initializers.get(node.inputs[1] ?? '');
  const scales = graph.model.initializers.get(node.inputs[2] ?? '');
  if (!tensor || out === undefined || inner === undefined) return undefined;
  const path = pathOfMatrix(graph, node, { names: [tensor.name] });
  const use = { input: node.inputs[0]!, node: index, result: index };
  return path === undefined
    ? undefined
    : slot(path, [out, inner], tensor, scales?.dataType ?? ELEMENT.float, use);
}

function ofIntegers(graph: Graph, node: OnnxNode, index: number): WeightSlot | undefined {
  const tensor = graph.model.initializers.get(node.inputs[1] ?? '');
  const isConv = node.opType === 'ConvInteger';
  if (!tensor || (isConv ? tensor.dims.length < 3 : tensor.dims.length !== 2)) return undefined;
  const input = floatInput(graph, node);
  const result = node.opType.endsWith('Integer') ? scaledBack(graph, index) : index;
  const path = pathOfMatrix(graph, node, { names: [tensor.name] });
  if (input === undefined || result === undefined || path === undefined) return undefined;
  const shape = isConv ? tensor.dims : [...tensor.dims].reverse();
  return slot(path, shape, tensor, ELEMENT.float, { input, node: index, result });
}

/** The value before it was quantised on the fly. */
function floatInput(graph: Graph, node: OnnxNode): string | undefined {
  if (node.opType === 'DynamicQuantizeMatMul') return node.inputs[0];
  const producer = graph.model.nodes[graph.producers.get(node.inputs[0] ?? '') ?? -1];
  return producer?.opType === 'DynamicQuantizeLinear' ? producer.inputs[0] : undefined;
}

/** The Mul that turns an integer product into floating point: it follows behind a Cast. */
function scaledBack(graph: Graph, index: number): number | undefined {
  let at: number | undefined = index;
  for (const wanted of ['Cast', 'Mul']) {
    const readers: readonly { node: number }[] =
      graph.consumers.get(graph.model.nodes[at!]!.outputs[0] ?? '') ?? [];
    at = readers.length === 1 ? readers[0]!.node : undefined;
    if (at === undefined || graph.model.nodes[at]!.opType !== wanted) return undefined;
  }
  return at;
}

function ofDequantised(graph: Graph, node: OnnxNode, index: number): WeightSlot | undefined {
  const origin = originOf(graph, { node: index, input: 1 });
  if (!origin?.isQuantised) return undefined;
  const { tensor, transposed, elementType } = origin;
  const isConv = node.opType.endsWith('Conv');
  if (isConv ? tensor.dims.length < 3 || transposed : tensor.dims.length !== 2) return undefined;
  // What an optimizer packed has no path of its own, and an attention takes nothing beside it.
  const width = transposed ? tensor.dims[0]! : tensor.dims.at(-1)!;
  const path = packedOf(graph, index, width) ? undefined : pathOfMatrix(graph, node, origin);
  if (path === undefined || node.opType === 'Attention') return undefined;
  const isTurned = node.attributes.some(({ name, int }) => name === 'transB' && int === 1);
  const stored = transposed ? [...tensor.dims].reverse() : tensor.dims;
  const shape = isConv || isTurned ? stored : [...stored].reverse();
  const use = {
    input: beforeRounding(graph, node.inputs[0]!),
    node: index,
    result: afterRounding(graph, index),
  };
  return slot(path, shape, tensor, elementType, use);
}

/** The value that a pair of QuantizeLinear and DequantizeLinear rounds: what runs beside takes it whole. */
function beforeRounding(graph: Graph, value: string): string {
  const { nodes } = graph.model;
  const back = nodes[graph.producers.get(value) ?? -1];
  if (back?.opType !== 'DequantizeLinear') return value;
  const there = nodes[graph.producers.get(back.inputs[0] ?? '') ?? -1];
  return there?.opType === 'QuantizeLinear' ? there.inputs[0]! : value;
}

/** The DequantizeLinear that gives back a rounded product, so that what is added does not fall outside its range. */
function afterRounding(graph: Graph, index: number): number {
  let at = index;
  for (const wanted of ['QuantizeLinear', 'DequantizeLinear']) {
    const readers = graph.consumers.get(graph.model.nodes[at]!.outputs[0] ?? '') ?? [];
    if (readers.length !== 1 || graph.model.nodes[readers[0]!.node]!.opType !== wanted) return index;
    at = readers[0]!.node;
  }
  return at;
}

function slot(
  path: string,
  shape: readonly number[],
  tensor: WeightSlot['tensor'],
  elementType: number,
  use: QuantisedUse,
): WeightSlot {
  const kind = shape.length > 2 ? 'conv' : 'linear';
  const common = { part: 'weight', layout: 'torch', storedLayout: 'torch', uses: [] } as const;
  return { path, kind, shape, dims: shape, tensor, elementType, ...common, quantised: [use] };
}
