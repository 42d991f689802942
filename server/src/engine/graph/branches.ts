import { encode, type OnnxNode, type QuantisedUse, type WeightSlot } from '../../formats/onnx/index';
import { addWithBias, createBiasFinder } from './branchWithBias';
import { addFactorInputs, type BranchFactors, branchFactors, type Factors } from './factors';
import type { GraphEdit } from './graphEdit';
import type { NodeWriter, Value } from './nodes';

/** Every product with a slot's weight: its input, the node that multiplies, and the one whose output is the product. */
export function productsOf({ model }: GraphEdit, slot: WeightSlot): readonly QuantisedUse[] {
  return (
    slot.quantised ??
    slot.uses.map(({ node }) => ({ input: model.nodes[node]!.inputs[0]!, node, result: node }))
  );
}

/**
 * Writes a LoRA branch for every reader of the slots: `y = op(x, W0) + s·up·(down·x)`. The base weights stay initializers.
 * Rank 0 adds exactly nothing. Gives the inputs for the factors, in the order of the slots. `all` are the slots of the model.
 */
export function addBranches(
  edit: GraphEdit,
  slots: readonly WeightSlot[],
  all: readonly WeightSlot[],
): Factors[] {
  const findBias = createBiasFinder(edit.model, all);
  return slots.map((slot) => {
    const inputs = addFactorInputs(edit, slot, `sdprompt.${slot.path}`);
    const factors = branchFactors(edit.start(slot.path), slot, inputs);
    for (const product of productsOf(edit, slot)) {
      const node = edit.model.nodes[product.node]!;
      const addition = alphaOf(node) === 1 ? findBias(slot, product) : undefined;
      if (addition)
        edit.replaceNode(addition.node, slot.path, (nodes) => {
          const base = edit.value(edit.model.nodes[product.result]!.outputs[0]!);
          const bias = edit.inputOf(addition);
          return addWithBias(nodes, slot, { x: edit.value(product.input), base, bias, factors });
        });
      else
        edit.replaceOutput(product.result, slot.path, (base, nodes) =>
          addBranch(nodes, edit, slot, product, factors, base),
        );
    }
    return inputs;
  });
}

/** Writes the nodes of one branch and its sum with the product `base`. */
export function addBranch(
  nodes: NodeWriter,
  edit: GraphEdit,
  slot: WeightSlot,
  { input, node: index }: QuantisedUse,
  { down, up }: BranchFactors,
  base: Value,
): Value {
  const node = edit.model.nodes[index]!;
  const x = edit.value(input);
  if (slot.kind === 'conv') {
    const reduced = nodes.op('Conv', [x, down], ...geometryOf(edit, node));
    return nodes.op('Add', [base, nodes.op('Conv', [reduced, up])]);
  }
  const reduced = nodes.op('MatMul', [x, down]);
  const alpha = alphaOf(node);
  const isScaled = node.opType === 'FusedMatMul' && alpha !== 1;
  const full = isScaled
    ? nodes.op('FusedMatMul', [reduced, up], encode.floatAttribute('alpha', alpha))
    : nodes.op('MatMul', [reduced, up]);
  return nodes.op('Add', [base, full]);
}

/** What a matrix product is multiplied by. */
export function alphaOf(node: OnnxNode): number {
  return node.attributes.find((attribute) => attribute.name === 'alpha')?.float ?? 1;
}

/** Strides, pads and the like of a convolution, byte for byte. */
function geometryOf({ model }: GraphEdit, node: OnnxNode): Uint8Array[] {
  return node.attributes
    .filter(({ name }) => name !== 'activation' && name !== 'activation_params')
    .map(({ field }) => model.source.read(field.valueStart, field.end - field.valueStart));
}
