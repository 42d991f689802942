import { ELEMENT, type OnnxNode, type OnnxTensor } from './model';
import { pathOfFolded, pathOfValue, scopeOfNode } from './paths';
import type { Graph, SlotUse } from './slot';

/** A value traced back to the tensor it is made from. */
export interface Origin {
  readonly tensor: OnnxTensor;
  readonly transposed: boolean;
  readonly elementType: number;
  /** Value names from the reader's end to the stored tensor. */
  readonly names: readonly string[];
  /** Where to splice: moved above a Reshape or Unsqueeze, which gives a vector its broadcast shape. */
  readonly use: SlotUse;
  /** On the way the stored numbers are turned from few bits into floating point. */
  readonly isQuantised: boolean;
}

const INTEGERS = new Set<number>([ELEMENT.int8, ELEMENT.uint8, ELEMENT.int4, ELEMENT.uint4]);
const ELEMENT_TYPES = new Set<number>([
  ...[ELEMENT.float, ELEMENT.float16, ELEMENT.bfloat16, ELEMENT.double],
  ...[ELEMENT.float8e4m3fn, ELEMENT.float8e5m2],
]);

/** Operators that multiply by the weight at input 1. */
export const MATRIX_OPS = new Set([
  'MatMul',
  'FusedMatMul',
  'Gemm',
  'FusedGemm',
  'Conv',
  'FusedConv',
  'Attention',
]);

/** Walks from a node's input to the stored tensor it comes from, through what only renames, casts or turns it. */
export function originOf(graph: Graph, start: SlotUse): Origin | undefined {
  let use = start;
  let name: string | undefined = graph.model.nodes[start.node]!.inputs[start.input];
  let transposed = false;
  let elementType: number | undefined;
  let isQuantised = false;
  const names: string[] = [];
  while (name) {
    names.push(name);
    const tensor = graph.model.initializers.get(name);
    if (tensor) {
      const isKnown = ELEMENT_TYPES.has(tensor.dataType) || (isQuantised && INTEGERS.has(tensor.dataType));
      if (!isKnown) return undefined;
      return { tensor, transposed, elementType: elementType ?? tensor.dataType, names, use, isQuantised };
    }
    const producer = graph.producers.get(name);
    if (producer === undefined) return undefined;
    const node: OnnxNode = graph.model.nodes[producer]!;
    if (node.opType === 'Constant')
      return constantOrigin(node, { transposed, elementType, names, use, isQuantised });
    if (node.opType === 'Cast') {
      elementType ??= node.attributes.find((attribute) => attribute.name === 'to')?.int;
    } else if (node.opType === 'Transpose') {
      const perm = node.attributes.find((attribute) => attribute.name === 'perm')?.ints;
      if (perm && !(perm.length === 2 && perm[0] === 1)) return undefined;
      transposed = !transposed;
    } else if (node.opType === 'Unsqueeze' || node.opType === 'Reshape') {
      if (transposed || (graph.consumers.get(node.outputs[0]!)?.length ?? 0) !== 1) return undefined;
      use = { node: producer, input: 0 };
      elementType = undefined;
    } else if (node.opType === 'DequantizeLinear') {
      isQuantised = true;
      elementType ??= graph.model.initializers.get(node.inputs[1]!)?.dataType ?? ELEMENT.float;
    } else if (node.opType !== 'Identity' && node.opType !== 'QuantizeLinear') return undefined;
    name = node.inputs[0];
  }
  return undefined;
}

function constantOrigin(
  node: OnnxNode,
  walk: Omit<Origin, 'tensor' | 'elementType'> & { elementType: number | undefined },
): Origin | undefined {
  const tensor = node.attributes.find((attribute) => attribute.name === 'value')?.tensor;
  if (!tensor || !ELEMENT_TYPES.has(tensor.dataType)) return undefined;
  return { ...walk, tensor, elementType: walk.elementType ?? tensor.dataType };
}

/** Order: a telling name nearest the reader; the node's scope where the tensor is shared or nameless; the bias' name. */
export function pathOfMatrix(
  graph: Graph,
  node: OnnxNode,
  origin: Pick<Origin, 'names'>,
): string | undefined {
  const scope = scopeOfNode(node);
  for (const name of origin.names) {
    const named = pathOfValue(name) ?? pathOfFolded(graph.model, name);
    if (named?.part !== 'weight') continue;
    const shared = (graph.consumers.get(name)?.length ?? 0) > 1;
    return shared && scope !== undefined ? scope : named.path;
  }
  return scope ?? pathOfBias(graph, node);
}

function pathOfBias(graph: Graph, node: OnnxNode): string | undefined {
  const direct = node.inputs[2] ? pathOfValue(node.inputs[2]) : undefined;
  if (direct?.part === 'bias') return direct.path;
  for (const use of graph.consumers.get(node.outputs[0]!) ?? []) {
    const next = graph.model.nodes[use.node]!;
    if (next.opType !== 'Add') continue;
    for (const name of next.inputs) {
      const named = pathOfValue(name);
      if (named?.part === 'bias') return named.path;
    }
  }
  return undefined;
}
