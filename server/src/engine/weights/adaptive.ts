import { assemble, ELEMENT, editGraph, type WeightSlot } from '../../formats/onnx/index';
import { type Result, success } from '../../shared/problem';
import { absentDims, switchNames, withSwitches } from '../graph/adaptiveGraph';
import { factorNames } from '../graph/branchGraph';
import { combineEdits } from '../graph/combineEdits';
import { inputName, weightsAsInputs } from '../graph/openGraph';
import type { SlotChange } from '../lora/assign';
import { Tensor } from '../runtime/session';
import { changeKey, type WeightBinding } from './binding';
import { divide, runsBeside } from './divide';
import { createStacker } from './factors';
import { feedsOf, openMergedSlots } from './mergedSlots';
import { tensorOf } from './mergers';
import { isMatrix } from './slotKinds';
import type { BindingRequest } from './strategies';

/**
 * Strategy `adaptive`: the narrow weights of the outer blocks are fed merged, the large ones of the inner blocks stay
 * constants with thin factors beside them, and what is too thick for that, or no pair of factors, is merged where it is
 * wanted. A change of weight costs a fifth of a whole merge, a step what `inputs` takes or less, and every kind of
 * network that changes matrices can come and go without a session.
 */
export async function openAdaptive(request: BindingRequest): Promise<Result<WeightBinding>> {
  const { runtime, file, outputs } = request;
  const { slots } = file;
  const { division = divide(file) } = request;
  const { switches } = division;
  const vectors = [...request.open].filter((index) => !isMatrix(slots[index])).sort((a, b) => a - b);
  const inputs = [...division.inputs, ...vectors];
  const opening = weightsAsInputs(
    file,
    inputs.map((index) => slots[index]),
  );
  const switching = withSwitches(file, {
    slots: switches.map((index) => slots[index]),
    beside: new Set([...division.beside].map((index) => slots[index])),
    rewire: opening.rewire,
  });
  const strategyEdits = { ...combineEdits(opening, switching), addOutputs: outputs };
  const graph = assemble(
    editGraph(file.model, combineEdits(strategyEdits, request.edits ?? {})),
    file.model.source,
  );
  const session = await runtime.open(graph, file.folder, 'speed');
  if (!session.ok) return session;
  const merged = await openMergedSlots(runtime, file, inputs);
  if (!merged.ok) {
    await session.value.release();
    return merged;
  }
  const switched = await openMergedSlots(runtime, file, switches, true);
  if (!switched.ok) {
    await session.value.release();
    await merged.value.release();
    return switched;
  }

  const feeds = feedsOf(file, inputs, merged.value);
  const stackers = new Map([...division.beside].map((index) => [index, createStacker(slots[index].shape)]));
  /** What each switched slot was last given. */
  const held = new Map<number, string>();

  /** Puts factors beside a slot, or takes them away. */
  const setBeside = (index: number, changes: readonly SlotChange[]) => {
    const stack = stackers.get(index);
    if (!stack) return;
    const factors = stack(changes);
    const names = factorNames(slots[index]);
    feeds[names.down] = factors.down;
    feeds[names.up] = factors.up;
    feeds[names.scale] = factors.scale;
    feeds[switchNames(slots[index]).isBeside] = flag(changes.length > 0);
  };
  const setMerged = (index: number, isMerged: boolean) => {
    const slot = slots[index];
    if (!isMerged) switched.value.forget(index);
    feeds[inputName(slot)] = isMerged
      ? tensorOf(slot, switched.value.arrayOf(index), slot.dims)
      : absent(slot);
    feeds[switchNames(slot).isMerged] = flag(isMerged);
  };

  const bind = async (changes: ReadonlyMap<number, readonly SlotChange[]>) => {
    const merging = new Map<number, readonly SlotChange[]>();
    let recomputed = 0;
    for (const index of switches) {
      const wanted = changes.get(index) ?? [];
      const key = changeKey(wanted);
      if (held.get(index) === key) continue;
      const isBeside = runsBeside(division, index, slots[index], wanted);
      const isMerged = wanted.length > 0 && !isBeside;
      setBeside(index, isBeside ? wanted : []);
      setMerged(index, isMerged);
      if (isMerged) merging.set(index, wanted);
      else recomputed++;
      held.set(index, key);
    }
    const first = await merged.value.merge(new Map(inputs.map((index) => [index, changes.get(index) ?? []])));
    const second = await switched.value.merge(merging);
    // A slot with a part left out is not what its key says: it is computed again next time.
    for (const index of second.incomplete) held.delete(index);
    return {
      recomputed: recomputed + first.recomputed + second.recomputed,
      failures: [...first.failures, ...second.failures],
    };
  };
  await bind(new Map());
  return success({
    strategy: 'adaptive',
    session: session.value,
    open: new Set([...request.open, ...inputs, ...switches]),
    feeds,
    bind,
    async release() {
      await session.value.release();
      await merged.value.release();
      await switched.value.release();
      for (const name of Object.keys(feeds)) delete feeds[name];
    },
  });
}

function flag(value: boolean): Tensor {
  return new Tensor('bool', [value], []);
}

/** A merged weight that nobody reads. */
function absent(slot: WeightSlot): Tensor {
  const none = slot.elementType === ELEMENT.float16 ? new Uint16Array(0) : new Float32Array(0);
  return tensorOf(slot, none, absentDims(slot));
}
