import { assemble, editGraph, type GraphEdits, type WeightSlot } from '../../formats/onnx/index';
import type { MergeStrategy } from '../../shared/engineProtocol';
import { type Result, success } from '../../shared/problem';
import { canBranch, factorNames, withBranches } from '../graph/branchGraph';
import { combineEdits } from '../graph/combineEdits';
import { withMergeInside } from '../graph/inGraph';
import type { ModelFile } from '../graph/modelFile';
import { weightsAsInputs } from '../graph/openGraph';
import type { SlotChange } from '../lora/assign';
import { type BindFailure, changeKey, type WeightBinding } from './binding';
import { createStacker } from './factors';
import { feedsOf, openMergedSlots } from './mergedSlots';
import { isMatrix } from './slotKinds';
import type { BindingRequest } from './strategies';

/**
 * Strategy `branches`: thin factors are inputs of the graph and run beside the base weights, which stay constants. A
 * change of weight costs nothing; every step costs in proportion to the sum of ranks. Biases and norms are fed merged.
 */
export function openBranches(request: BindingRequest): Promise<Result<WeightBinding>> {
  return openFactored(request, 'branches', withBranches, (slot) => canBranch(request.file, slot));
}

/**
 * Strategy `in-graph`: the graph merges its own weights at every run. The plainest of the three, slow for small images;
 * the others are tested against it.
 */
export function openInGraph(request: BindingRequest): Promise<Result<WeightBinding>> {
  return openFactored(request, 'in-graph', withMergeInside, (slot) => !slot.quantised);
}

async function openFactored(
  { runtime, file, open, outputs, edits: own = {} }: BindingRequest,
  strategy: MergeStrategy,
  edit: (file: ModelFile, slots: readonly WeightSlot[], others: GraphEdits) => GraphEdits,
  fits: (slot: WeightSlot) => boolean,
): Promise<Result<WeightBinding>> {
  const indexes = [...open]
    .sort((a, b) => a - b)
    .filter((index) => isMatrix(file.slots[index]) && fits(file.slots[index]));
  const vectors = [...open].sort((a, b) => a - b).filter((index) => !isMatrix(file.slots[index]));
  const opening = weightsAsInputs(
    file,
    vectors.map((index) => file.slots[index]),
  );
  const factoring = edit(
    file,
    indexes.map((index) => file.slots[index]),
    opening,
  );
  const edits = combineEdits(opening, factoring);
  const whole = combineEdits({ ...edits, addOutputs: outputs }, own);
  const graph = assemble(editGraph(file.model, whole), file.model.source);
  const session = await runtime.open(graph, file.folder, 'speed');
  if (!session.ok) return session;
  const merged = await openMergedSlots(runtime, file, vectors);
  if (!merged.ok) {
    await session.value.release();
    return merged;
  }
  const feeds = feedsOf(file, vectors, merged.value);
  const held = new Map<number, string>();
  // Nothing beside a weight is one rank of zeros: a convolution without output channels has no defined result in this
  // runtime, and WebGPU ends the process when it meets a tensor without numbers.
  const emptyRank = strategy === 'branches' ? 1 : 0;
  const stackers = new Map(
    indexes.map((index) => [index, createStacker(file.slots[index].shape, emptyRank)]),
  );

  const bind = async (changes: ReadonlyMap<number, readonly SlotChange[]>) => {
    const small = await merged.value.merge(
      new Map(vectors.map((index) => [index, changes.get(index) ?? []])),
    );
    const failures: BindFailure[] = [...small.failures];
    let { recomputed } = small;
    for (const [index, list] of changes) {
      if (!isMatrix(file.slots[index]) && open.has(index)) continue;
      for (const { lora, module } of list) {
        if (stackers.has(index) && module.isLowRank) continue;
        failures.push({
          lora,
          module,
          reason: `${module.source.name}: cannot run beside the model's weights`,
        });
      }
    }
    for (const [index, stack] of stackers) {
      const wanted = (changes.get(index) ?? []).filter((change) => change.module.isLowRank);
      const key = changeKey(wanted);
      if (held.get(index) === key) continue;
      const names = factorNames(file.slots[index]);
      const factors = stack(wanted);
      feeds[names.down] = factors.down;
      feeds[names.up] = factors.up;
      feeds[names.scale] = factors.scale;
      held.set(index, key);
      recomputed++;
    }
    return { recomputed, failures };
  };
  await bind(new Map());
  return success({
    strategy,
    session: session.value,
    open,
    feeds,
    bind,
    async release() {
      await session.value.release();
      await merged.value.release();
    },
  });
}
