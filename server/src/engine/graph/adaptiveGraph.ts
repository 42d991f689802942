import {
  ELEMENT,
  encode,
  type GraphEdits,
  renamedNode,
  type SlotUse,
  type WeightSlot,
} from '../../formats/onnx/index';
import { besideNodes, factorInputs, type PreparedFactors, prepareFactors } from './branchGraph';
import type { ModelFile } from './modelFile';
import { inputName, mappedInitializers } from './openGraph';

/** Names of the boolean inputs that say how a slot is read in a run: merged, or W0 with factors beside it. */
export function switchNames(slot: WeightSlot): { isMerged: string; isBeside: string } {
  return { isMerged: `sdprompt.${slot.path}.isMerged`, isBeside: `sdprompt.${slot.path}.isBeside` };
}

/** Dimensions of a slot's merged weight while there is none: no inputs, the axis that is declared without a size. */
export function absentDims(slot: WeightSlot): number[] {
  return slot.dims.map((dim, axis) => (axis === inputAxis(slot) ? 0 : dim));
}

/** True where the readers of a slot can be put into the branches of an `If`. */
export function canSwitch(file: ModelFile, slot: WeightSlot): boolean {
  return slot.uses.every(({ node }) => file.model.nodes[node].outputs.filter(Boolean).length === 1);
}

export interface Switches {
  readonly slots: readonly WeightSlot[];
  /** Which of them can have factors beside them. */
  readonly beside: ReadonlySet<WeightSlot>;
  /** Other inputs of the same nodes that get new names. */
  readonly rewire?: GraphEdits['rewire'];
}

/**
 * Edits that let a slot be read in another way from run to run, without another session:
 * `y = If(isMerged, op(x, W′), If(isBeside, op(x, W0) + s·up·(down·x), op(x, W0)))`. W0 stays a constant that the runtime
 * prepares once, as in the untouched graph; W′ is an input that stays empty until somebody merges.
 */
export function withSwitches(file: ModelFile, { slots, beside, rewire }: Switches): GraphEdits {
  const dropNodes = new Set<number>();
  const insertAfter = new Map<number, Uint8Array[]>();
  const addInitializers: Uint8Array[] = [];
  const addInputs: Uint8Array[] = [];
  for (const slot of slots) {
    const { isMerged, isBeside } = switchNames(slot);
    addInputs.push(encode.valueInfo(isMerged, ELEMENT.bool, []), mergedInput(slot));
    const preparing: Uint8Array[] = [];
    const factors = beside.has(slot) ? prepareFactors(slot, preparing, addInitializers) : undefined;
    if (factors) addInputs.push(encode.valueInfo(isBeside, ELEMENT.bool, []), ...factorInputs(slot));
    for (const use of slot.uses) {
      const { name, outputs } = file.model.nodes[use.node];
      const at = `sdprompt.${outputs[0]}`;
      const others = rewire?.get(use.node) ?? new Map<number, string>();
      const product = (weight: ReadonlyMap<number, string>, to: string) =>
        renamedNode(file.model, use.node, new Map([...others, ...weight]), new Map([[0, to]]));
      const merged = product(new Map([[use.input, inputName(slot)]]), `${at}.merged`);
      const plain = [product(new Map(), `${at}.base`)];
      if (factors) plain.push(besideOrPlain(file, slot, use, preparing, factors));
      dropNodes.add(use.node);
      insertAfter.set(use.node, [
        encode.node('If', [isMerged], [outputs[0]], `${name}/If`, [
          encode.graphAttribute('then_branch', [merged], [`${at}.merged`]),
          encode.graphAttribute('else_branch', plain, [factors ? `${at}.plain` : `${at}.base`]),
        ]),
      ]);
    }
  }
  const replaceInitializers = mappedInitializers(file);
  return { dropNodes, insertAfter, addInitializers, addInputs, replaceInitializers };
}

/** The inner choice: factors beside W0, which are turned into operands only when they are read, or W0 alone. */
function besideOrPlain(
  file: ModelFile,
  slot: WeightSlot,
  { node: index }: SlotUse,
  preparing: readonly Uint8Array[],
  factors: PreparedFactors,
): Uint8Array {
  const { name, inputs, outputs } = file.model.nodes[index];
  const at = `sdprompt.${outputs[0]}`;
  const product = { input: inputs[0], node: index, result: index };
  const [base, sum, alone] = [`${at}.base`, `${at}.sum`, `${at}.alone`];
  return encode.node('If', [switchNames(slot).isBeside], [`${at}.plain`], `${name}/If_1`, [
    encode.graphAttribute(
      'then_branch',
      [...preparing, ...besideNodes(file, slot, product, factors, { base, sum })],
      [sum],
    ),
    encode.graphAttribute(
      'else_branch',
      [encode.node('Identity', [base], [alone], `${at}/Identity`)],
      [alone],
    ),
  ]);
}

function mergedInput(slot: WeightSlot): Uint8Array {
  const dims = slot.dims.map((dim, axis) => (axis === inputAxis(slot) ? `in.${slot.path}` : dim));
  return encode.valueInfo(inputName(slot), slot.elementType, dims);
}

function inputAxis(slot: WeightSlot): number {
  return slot.layout === 'transposed' ? 0 : 1;
}
