import { canBeConditional, canBranch } from '../../../../server/src/engine/graph/canBranch';
import { addFactorInputs, type Factors } from '../../../../server/src/engine/graph/factors';
import type { GraphEdit } from '../../../../server/src/engine/graph/graphEdit';
import { matrixDims, mergedMatrix } from '../../../../server/src/engine/graph/mergeGraph';
import type { ModelFile } from '../../../../server/src/engine/graph/modelFile';
import type { Runtime } from '../../../../server/src/engine/runtime/session';
import { openFactored } from '../../../../server/src/engine/weights/placements/branches';
import type { Placer } from '../../../../server/src/engine/weights/placements/placed';
import { placementsOf } from '../../../../server/src/engine/weights/policy';
import { openWeightSession, type WeightSession } from '../../../../server/src/engine/weights/session';
import type { BranchLimits } from '../../../../server/src/engine/weights/thresholds';
import { ELEMENT, encode, type WeightSlot } from '../../../../server/src/formats/onnx/index';
import type { WeightPolicy } from '../../../../server/src/shared/mergeStrategy';

/** Computes W′ from W0 and the factors inside the graph, at every run: the plainest way, as the reference for the others. */
function mergeInGraph(edit: GraphEdit, slots: readonly WeightSlot[]): Factors[] {
  return slots.map((slot) => {
    const factors = addFactorInputs(edit, slot, `sdprompt.${slot.path}`);
    const first = Math.min(...slot.uses.map(({ node }) => node));
    const nodes = first === 0 ? edit.start(slot.path) : edit.after(first - 1, slot.path);
    const isHalf = slot.elementType !== ELEMENT.float;
    const isMatrix = slot.dims.length === 2;
    let value = edit.inputOf(slot.uses[0]!);
    if (isHalf) value = nodes.op('Cast', [value], encode.intAttribute('to', ELEMENT.float));
    if (!isMatrix) value = nodes.op('Reshape', [value, nodes.integers(matrixDims(slot))]);
    value = mergedMatrix(nodes, slot, factors, value);
    if (!isMatrix) value = nodes.op('Reshape', [value, nodes.integers(slot.dims)]);
    if (isHalf) value = nodes.op('Cast', [value], encode.intAttribute('to', slot.elementType));
    edit.replaceInput(slot.uses, value);
    return factors;
  });
}

const placeMergeInGraph: Placer = (edit, file, indexes) => {
  const inputs = mergeInGraph(
    edit,
    indexes.map((index) => file.slots[index]!),
  );
  return openFactored(file, indexes, inputs, 0);
};

/** Every policy, and the reference implementation. */
export const WAYS = ['merged', 'branches', 'mixed', 'in-graph'] as const;
export type Way = (typeof WAYS)[number];

interface WayRequest {
  readonly runtime: Runtime;
  readonly file: ModelFile;
  readonly open: ReadonlySet<number>;
  readonly limits?: BranchLimits | undefined;
}

/** Opens a graph under a policy, or with the reference implementation; throws where it cannot. */
export async function openWay(way: Way, { runtime, file, open, limits }: WayRequest): Promise<WeightSession> {
  const isReference = way === 'in-graph';
  const policy: WeightPolicy = isReference ? 'branches' : way;
  const facts = {
    slots: file.slots,
    open,
    canBranch: (slot: WeightSlot) => (isReference ? !slot.quantised : canBranch(file.model, slot)),
    canBeConditional: (slot: WeightSlot) => canBeConditional(file.model, slot),
  };
  const opened = await openWeightSession({
    runtime,
    file,
    placements: placementsOf(policy, facts, limits),
    ...(isReference && { placers: { branch: placeMergeInGraph } }),
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  return opened.value;
}
