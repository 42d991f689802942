import { ELEMENT, encode, type QuantisedUse, type WeightSlot } from '../../formats/onnx/index';
import type { PreparedFactors } from './branchGraph';
import type { ModelFile } from './modelFile';
import { shapeTensor } from './shapeTensor';

/** The addition of a bias right after a product, which factors beside the product can do on the way. */
export interface BiasAddition {
  /** Index of the `Add`. */
  readonly node: number;
  /** Index of its input that is the bias. */
  readonly input: number;
}

/** First version of the standard's operators with padding as an input and axes counted from the end. */
const OPSET = 11;
/**
 * From this many outputs for an input on, a product is much larger than anything else in the layer. It is not kept three
 * times (alone, what is added, the sum): the runtime's addition never works in place, but `Gemm` adds to a copy of its
 * third operand. That copy is made by one thread, which costs more than an addition where there are many.
 */
const WIDE = 4;

/** Finds the bias of a linear layer: what is added to the product by the one node that reads it. */
export function createBiasFinder(file: ModelFile) {
  const { nodes, outputs, opsets } = file.model;
  const readers = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    for (const name of node.inputs) {
      const known = readers.get(name);
      if (known) known.push(index);
      else readers.set(name, [index]);
    }
  });
  const isOld = (opsets.get('') ?? 0) < OPSET;
  const given = new Set(outputs.map(({ name }) => name));
  const biases = new Map(
    file.slots.filter(({ part }) => part === 'bias').map((slot) => [slot.path, slot] as const),
  );
  return (slot: WeightSlot, { result }: QuantisedUse): BiasAddition | undefined => {
    if (slot.kind !== 'linear' || slot.elementType !== ELEMENT.float || isOld) return undefined;
    const product = nodes[result].outputs[0];
    const bias = biases.get(slot.path);
    const [reader, ...others] = readers.get(product) ?? [];
    if (!bias || reader === undefined || others.length > 0 || given.has(product)) return undefined;
    const use = bias.uses.find(({ node }) => node === reader);
    const isFlat = bias.dims.length === 1 && bias.dims[0] === slot.shape[0];
    return use && isFlat && nodes[reader].opType === 'Add' ? use : undefined;
  };
}

interface Beside {
  readonly file: ModelFile;
  readonly slot: WeightSlot;
  readonly product: QuantisedUse;
  readonly factors: PreparedFactors;
  /** Name of the product, and of the bias as the edited graph has it. */
  readonly base: string;
  readonly bias: string;
  /** What the sum is to be called. */
  readonly sum: string;
}

/**
 * The nodes for `sum = base + [down·x, 1]·[up; bias]`: the bias is one more rank, so that what factors cost is their
 * products, and no tensor is read and written once more.
 */
export function besideWithBias(
  { file, slot, product, factors, base, bias, sum }: Beside,
  initializers: Uint8Array[],
): Uint8Array[] {
  const [outputs, inputs] = slot.shape;
  const at = `sdprompt.${file.model.nodes[product.result].outputs[0]}`;
  const one = new Uint8Array(Float32Array.of(1).buffer);
  initializers.push(
    shapeTensor(`${at}.pads`, [0, 0, 0, 1]),
    encode.tensor(`${at}.one`, ELEMENT.float, [], one),
    shapeTensor(`${at}.biasShape`, [1, outputs]),
  );
  const step = (opType: string, from: string[], to: string, attributes: Uint8Array[] = []) =>
    encode.node(opType, from, [to], `${to}/${opType}`, attributes);
  const last = [encode.intAttribute('axis', -1)];
  const nodes = [
    step('Flatten', [product.input], `${at}.tokens`, last),
    step('MatMul', [`${at}.tokens`, factors.down], `${at}.thin`),
    step('Pad', [`${at}.thin`, `${at}.pads`, `${at}.one`], `${at}.thinOne`),
    step('Reshape', [bias, `${at}.biasShape`], `${at}.biasRow`),
    step('Concat', [factors.up, `${at}.biasRow`], `${at}.upBias`, [encode.intAttribute('axis', 0)]),
    step('Shape', [base], `${at}.shape`),
    step('Flatten', [base], `${at}.baseFlat`, last),
  ];
  if (outputs >= WIDE * inputs)
    nodes.push(step('Gemm', [`${at}.thinOne`, `${at}.upBias`, `${at}.baseFlat`], `${at}.sumFlat`));
  else
    nodes.push(
      step('MatMul', [`${at}.thinOne`, `${at}.upBias`], `${at}.wide`),
      step('Add', [`${at}.baseFlat`, `${at}.wide`], `${at}.sumFlat`),
    );
  return [...nodes, encode.node('Reshape', [`${at}.sumFlat`, `${at}.shape`], [sum], `${at}/Reshape`)];
}
