import {
  ELEMENT,
  encode,
  type GraphEdits,
  type OnnxNode,
  type QuantisedUse,
  type WeightSlot,
} from '../../formats/onnx/index';
import { besideWithBias, createBiasFinder } from './besideBias';
import type { ModelFile } from './modelFile';
import { mappedInitializers } from './openGraph';
import { shapeTensor } from './shapeTensor';

/** Names of the graph inputs that carry a slot's factors. */
export function factorNames(slot: WeightSlot): { down: string; up: string; scale: string } {
  const base = `sdprompt.${slot.path}`;
  return { down: `${base}.down`, up: `${base}.up`, scale: `${base}.scale` };
}

/** Graph inputs for a slot's factors: `[rank, in·kernel]`, `[rank, out]`, `[rank, 1]`, all float32. */
export function factorInputs(slot: WeightSlot): Uint8Array[] {
  const { down, up, scale } = factorNames(slot);
  const rank = `rank.${slot.path}`;
  const inner = slot.shape.slice(1).reduce((a, b) => a * b, 1);
  return [
    encode.valueInfo(down, ELEMENT.float, [rank, inner]),
    encode.valueInfo(up, ELEMENT.float, [rank, slot.shape[0]]),
    encode.valueInfo(scale, ELEMENT.float, [rank, 1]),
  ];
}

/** Every product with a slot's weight: what goes in, the node that multiplies, and the one whose output is the product. */
function productsOf(file: ModelFile, slot: WeightSlot): readonly QuantisedUse[] {
  return (
    slot.quantised ??
    slot.uses.map(({ node }) => ({ input: file.model.nodes[node].inputs[0], node, result: node }))
  );
}

/** True where a side branch can be attached: products of matrices, and convolutions that are not grouped. */
export function canBranch(file: ModelFile, slot: WeightSlot): boolean {
  if (slot.uses.some((use) => use.input !== 1)) return false;
  return productsOf(file, slot).every((product) => {
    const node = file.model.nodes[product.node];
    const int = (name: string, usual: number) =>
      node.attributes.find((attribute) => attribute.name === name)?.int ?? usual;
    if (node.opType === 'MatMul' || WITHOUT_FACTOR.has(node.opType)) return true;
    if (node.opType === 'FusedMatMul')
      return ['transA', 'transBatchA', 'transBatchB'].every((name) => int(name, 0) === 0);
    if (node.opType === 'Gemm') return int('transA', 0) === 0 && factorOf(node) === 1;
    return /^Conv(?:Integer)?$/.test(node.opType) && int('group', 1) === 1;
  });
}

/** Products with quantised weights that are what MatMul would give. */
const WITHOUT_FACTOR = new Set([
  ...['MatMulNBits', 'MatMulInteger', 'MatMulIntegerToFloat', 'DynamicQuantizeMatMul'],
]);

/** What the product is multiplied by. */
function factorOf(node: OnnxNode): number {
  return node.attributes.find((attribute) => attribute.name === 'alpha')?.float ?? 1;
}

/**
 * Edits that put a side branch beside every reader of the slots: `y = op(x, W0) + s·up·(down·x)`. The base weights stay
 * constants of the graph. Rank 0 adds exactly nothing. `rewire` has the new names of other inputs of the same nodes.
 */
export function withBranches(
  file: ModelFile,
  slots: readonly WeightSlot[],
  { rewire }: Pick<GraphEdits, 'rewire'> = {},
): GraphEdits {
  const dropNodes = new Set<number>();
  const rename = new Map<number, Map<number, string>>();
  const insertAfter = new Map<number, Uint8Array[]>();
  const prologue: Uint8Array[] = [];
  const addInitializers: Uint8Array[] = [];
  const findBias = createBiasFinder(file);
  for (const slot of slots) {
    const factors = prepareFactors(slot, prologue, addInitializers);
    for (const product of productsOf(file, slot)) {
      const output = file.model.nodes[product.result].outputs[0];
      const base = `${output}.base`;
      rename.set(product.result, new Map([[0, base]]));
      const addition = factorOf(file.model.nodes[product.node]) === 1 ? findBias(slot, product) : undefined;
      if (!addition) {
        insertAfter.set(product.result, besideNodes(file, slot, product, factors, { base, sum: output }));
        continue;
      }
      const { inputs, outputs } = file.model.nodes[addition.node];
      const bias = rewire?.get(addition.node)?.get(addition.input) ?? inputs[addition.input];
      const beside = { file, slot, product, factors, base, bias, sum: outputs[0] };
      dropNodes.add(addition.node);
      insertAfter.set(addition.node, besideWithBias(beside, addInitializers));
    }
  }
  return {
    dropNodes,
    rename,
    insertAfter,
    prologue,
    addInitializers,
    addInputs: slots.flatMap(factorInputs),
    replaceInitializers: mappedInitializers(file),
  };
}

/** Values that hold a slot's factors as the operator wants them. */
export interface PreparedFactors {
  readonly down: string;
  readonly up: string;
}

/** The factors as the operator wants them: `[in, rank]` and `[rank, out]`, or two kernels. */
export function prepareFactors(
  slot: WeightSlot,
  nodes: Uint8Array[],
  initializers: Uint8Array[],
): PreparedFactors {
  const names = factorNames(slot);
  const inner = slot.shape.slice(1).reduce((a, b) => a * b, 1);
  const isDownThin = inner <= slot.shape[0];
  const at = `sdprompt.${slot.path}`;
  nodes.push(
    encode.node('Mul', [isDownThin ? names.down : names.up, names.scale], [`${at}.scaled`], `${at}/Mul`),
  );
  let down = isDownThin ? `${at}.scaled` : names.down;
  let up = isDownThin ? names.up : `${at}.scaled`;
  if (slot.elementType !== ELEMENT.float) {
    const to = [encode.intAttribute('to', slot.elementType)];
    nodes.push(encode.node('Cast', [down], [`${at}.down16`], `${at}/Cast`, to));
    nodes.push(encode.node('Cast', [up], [`${at}.up16`], `${at}/Cast_1`, to));
    down = `${at}.down16`;
    up = `${at}.up16`;
  }
  const turn = [encode.intsAttribute('perm', [1, 0])];
  if (slot.kind !== 'conv') {
    nodes.push(encode.node('Transpose', [down], [`${at}.downT`], `${at}/Transpose`, turn));
    return { down: `${at}.downT`, up };
  }
  // 0 in a Reshape keeps the dimension: the rank is known only when the graph runs.
  initializers.push(shapeTensor(`${at}.downShape`, [0, ...slot.shape.slice(1)]));
  initializers.push(shapeTensor(`${at}.upShape`, [0, 0, ...slot.shape.slice(2).map(() => 1)]));
  nodes.push(encode.node('Reshape', [down, `${at}.downShape`], [`${at}.downK`], `${at}/Reshape`));
  nodes.push(encode.node('Transpose', [up], [`${at}.upT`], `${at}/Transpose`, turn));
  nodes.push(encode.node('Reshape', [`${at}.upT`, `${at}.upShape`], [`${at}.upK`], `${at}/Reshape_1`));
  return { down: `${at}.downK`, up: `${at}.upK` };
}

/** The nodes that add a slot's factors to the product `base`; the result is called `sum`. */
export function besideNodes(
  file: ModelFile,
  slot: WeightSlot,
  { input, node: index, result }: QuantisedUse,
  factors: PreparedFactors,
  { base, sum }: { readonly base: string; readonly sum: string },
): Uint8Array[] {
  const node = file.model.nodes[index];
  const at = `sdprompt.${file.model.nodes[result].outputs[0]}`;
  const isConv = slot.kind === 'conv';
  const geometry = isConv ? copiedAttributes(file, node) : [];
  const op = isConv ? 'Conv' : 'MatMul';
  const wide = [`${at}.thin`, factors.up];
  const isScaled = node.opType === 'FusedMatMul' && factorOf(node) !== 1;
  const scale = [encode.floatAttribute('alpha', factorOf(node))];
  return [
    encode.node(op, [input, factors.down], [`${at}.thin`], `${at}/down`, geometry),
    isScaled
      ? encode.node('FusedMatMul', wide, [`${at}.wide`], `${at}/up`, scale, 'com.microsoft')
      : encode.node(op, wide, [`${at}.wide`], `${at}/up`),
    encode.node('Add', [base, `${at}.wide`], [sum], `${at}/add`),
  ];
}

/** Strides, pads and the like, byte for byte. */
function copiedAttributes(file: ModelFile, node: OnnxNode): Uint8Array[] {
  return node.attributes
    .filter((attribute) => attribute.name !== 'activation' && attribute.name !== 'activation_params')
    .map(({ field }) => file.model.source.read(field.valueStart, field.end - field.valueStart));
}
