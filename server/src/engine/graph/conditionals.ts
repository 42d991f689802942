import { ELEMENT, type WeightSlot } from '../../formats/onnx/index';
import { addBranch } from './branches';
import { addFactorInputs, branchFactors, type Factors } from './factors';
import type { GraphEdit } from './graphEdit';
import type { NodeWriter, Value } from './nodes';
import { slotName } from './slotInputs';

/** Inputs that say how a slot is read in a run. */
export interface ConditionalInputs {
  /** bool scalar: true reads `merged` instead of W0. */
  readonly isMerged: Value;
  /** W′; `absentDims` while there is none. */
  readonly merged: Value;
  /** Only where the slot can have a LoRA branch. */
  readonly branch?: {
    /** bool scalar: true adds the branch to the product with W0. */
    readonly isUsed: Value;
    readonly factors: Factors;
  };
}

/** Dimensions of a slot's merged weight while there is none: no inputs, the axis that is declared without a size. */
export function absentDims(slot: WeightSlot): number[] {
  return slot.dims.map((dim, axis) => (axis === inputAxis(slot) ? 0 : dim));
}

/**
 * Makes the graph read slots in another way from run to run, without another session:
 * `y = If(isMerged, op(x, W′), If(isUsed, op(x, W0) + s·up·(down·x), op(x, W0)))`. W0 stays an initializer that the runtime
 * prepacks once, as in the unedited graph; W′ is an input without numbers while nothing is merged.
 */
export function addConditional(edit: GraphEdit, slot: WeightSlot, hasBranch: boolean): ConditionalInputs {
  const name = `sdprompt.${slot.path}`;
  const isMerged = edit.addInput(`${name}.isMerged`, ELEMENT.bool, []);
  const dims = slot.dims.map((dim, axis) => (axis === inputAxis(slot) ? `in.${slot.path}` : dim));
  const merged = edit.addInput(slotName(slot), slot.elementType, dims);
  const branch = hasBranch
    ? {
        isUsed: edit.addInput(`${name}.isBranchUsed`, ELEMENT.bool, []),
        factors: addFactorInputs(edit, slot, name),
      }
    : undefined;
  for (const { node, input } of slot.uses) {
    const product = { input: edit.model.nodes[node]!.inputs[0]!, node, result: node };
    const base = (nodes: NodeWriter) => nodes.append(edit.copyOf(node));
    const withBranch = (nodes: NodeWriter) => {
      const own = base(nodes);
      return nodes.choose(
        branch!.isUsed,
        // The factors are turned into operands only in runs that use them.
        (inner) => addBranch(inner, edit, slot, product, branchFactors(inner, slot, branch!.factors), own),
        () => own,
      );
    };
    edit.replaceNode(node, slot.path, (nodes) =>
      nodes.choose(
        isMerged,
        (inner) => inner.append(edit.copyOf(node, new Map([[input, merged]]))),
        branch ? withBranch : base,
      ),
    );
  }
  return { isMerged, merged, ...(branch && { branch }) };
}

/** Axis of the slot's dimensions that counts its inputs. */
function inputAxis(slot: WeightSlot): number {
  return slot.layout === 'transposed' ? 0 : 1;
}
