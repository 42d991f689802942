import {
  connectionsOf,
  ELEMENT,
  encode,
  type OnnxModel,
  type QuantisedUse,
  type SlotUse,
  type WeightSlot,
} from '../../formats/onnx/index';
import { type BranchFactors, innerSize } from './factors';
import type { NodeWriter, Value } from './nodes';

/** First version of the standard's operators with padding as an input and axes counted from the end. */
const OPSET = 11;
/**
 * From this many outputs for an input on, the product is much larger than anything else in the layer. `Add` never works in
 * place in ONNX Runtime and would hold it three times (base, branch, sum); `Gemm` adds to a copy of its third operand. One
 * thread makes that copy, which takes longer than an addition by all threads: so only here.
 */
const WIDE = 4;

/** Finds the bias of a linear layer: the operand of the `Add` that alone reads the product. `slots` are all of the model. */
export function createBiasFinder(model: OnnxModel, slots: readonly WeightSlot[]) {
  const { consumers } = connectionsOf(model);
  const isOld = (model.opsets.get('') ?? 0) < OPSET;
  const given = new Set(model.outputs.map(({ name }) => name));
  const biases = new Map(slots.filter(({ part }) => part === 'bias').map((slot) => [slot.path, slot]));
  return (slot: WeightSlot, { result }: QuantisedUse): SlotUse | undefined => {
    if (slot.kind !== 'linear' || slot.elementType !== ELEMENT.float || isOld) return undefined;
    const product = model.nodes[result]!.outputs[0]!;
    const bias = biases.get(slot.path);
    const [reader, ...others] = consumers.get(product) ?? [];
    if (!bias || !reader || others.length > 0 || given.has(product)) return undefined;
    const use = bias.uses.find(({ node }) => node === reader.node);
    const isFlat = bias.dims.length === 1 && bias.dims[0] === slot.shape[0];
    return use && isFlat && model.nodes[reader.node]!.opType === 'Add' ? use : undefined;
  };
}

/**
 * Writes the nodes for `base + [down·x, 1]·[up; bias]`: the bias is one more rank of the factors, so that the branch needs
 * no further pass over a tensor as large as the product.
 */
export function addWithBias(
  nodes: NodeWriter,
  slot: WeightSlot,
  values: { readonly x: Value; readonly base: Value; readonly bias: Value; readonly factors: BranchFactors },
): Value {
  const { x, base, bias, factors } = values;
  const outputs = slot.shape[0]!;
  const lastAxis = encode.intAttribute('axis', -1);
  const tokens = nodes.op('Flatten', [x], lastAxis);
  const reduced = nodes.op('MatMul', [tokens, factors.down]);
  const reducedOne = nodes.op('Pad', [reduced, nodes.integers([0, 0, 0, 1]), nodes.floats([1])]);
  const biasRow = nodes.op('Reshape', [bias, nodes.integers([1, outputs])]);
  const upBias = nodes.op('Concat', [factors.up, biasRow], encode.intAttribute('axis', 0));
  const shape = nodes.op('Shape', [base]);
  const flat = nodes.op('Flatten', [base], lastAxis);
  const sum =
    outputs >= WIDE * innerSize(slot)
      ? nodes.op('Gemm', [reducedOne, upBias, flat])
      : nodes.op('Add', [flat, nodes.op('MatMul', [reducedOne, upBias])]);
  return nodes.op('Reshape', [sum, shape]);
}
