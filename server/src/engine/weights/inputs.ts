import { assemble, editGraph } from '../../formats/onnx/index';
import { type Result, success } from '../../shared/problem';
import { combineEdits } from '../graph/combineEdits';
import { inputName, weightsAsInputs } from '../graph/openGraph';
import type { SlotChange } from '../lora/assign';
import type { Tensor } from '../runtime/session';
import { type BindFailure, changeKey, type WeightBinding } from './binding';
import { isMatrix } from './choose';
import { mergeDense, type SlotArray, slotArray } from './dense';
import { openMergers, tensorOf } from './mergers';
import type { BindingRequest } from './strategies';

/**
 * Strategy `inputs`: the weights networks may change are inputs of the graph and are fed merged. Costs a merge when a
 * weight changes and next to nothing per step, whatever the rank and the number of networks. W′ is always computed from
 * W0, never from an earlier W′, so results do not depend on what was rendered before.
 */
export async function openInputs(request: BindingRequest): Promise<Result<WeightBinding>> {
  const { runtime, file, outputs } = request;
  const { slots } = file;
  const chosen = [...request.open]
    .sort((a, b) => a - b)
    .map((index) => ({ slot: slots[index], index }))
    .filter(({ slot }) => !slot.quantised);
  const inputs = weightsAsInputs(
    file,
    chosen.map(({ slot }) => slot),
  );
  const edits = combineEdits({ ...inputs, addOutputs: outputs }, request.edits ?? {});
  const graph = assemble(editGraph(file.model, edits), file.model.source);
  const session = await runtime.open(graph, file.folder, 'speed');
  if (!session.ok) return session;

  const arrays = new Map<number, SlotArray>();
  const matrices = new Map<number, SlotArray>();
  const feeds: Record<string, Tensor> = {};
  for (const { slot, index } of chosen) {
    const array = slotArray(slot);
    arrays.set(index, array);
    if (isMatrix(slot)) matrices.set(index, array);
    feeds[inputName(slot)] = tensorOf(slot, array, slot.dims);
  }
  const mergers = await openMergers(runtime, file, slots, matrices);
  if (!mergers.ok) {
    await session.value.release();
    return mergers;
  }
  /** What each array holds; undefined before the first filling. */
  const held = new Map<number, string>();

  const bind = async (changes: ReadonlyMap<number, readonly SlotChange[]>) => {
    const failures: BindFailure[] = [];
    const thin = new Map<number, readonly SlotChange[]>();
    let recomputed = 0;
    for (const [index, array] of arrays) {
      const wanted = changes.get(index) ?? [];
      const key = changeKey(wanted);
      if (held.get(index) === key) continue;
      recomputed++;
      if (matrices.has(index) && wanted.every((change) => change.module.isLowRank)) thin.set(index, wanted);
      else {
        const failed = mergeDense(file, slots[index], wanted, array);
        failures.push(...failed);
        // A weight with a part left out is not what its key says: it is computed again next time.
        if (failed.length === 0) held.set(index, key);
        else held.delete(index);
      }
    }
    for (const index of thin.keys()) held.delete(index);
    await mergers.value.run(thin);
    for (const [index, wanted] of thin) held.set(index, changeKey(wanted));
    return { recomputed, failures };
  };
  await bind(new Map());
  return success({
    strategy: 'inputs',
    session: session.value,
    feeds,
    bind,
    async release() {
      await session.value.release();
      await mergers.value.release();
      // Gigabytes, and whoever still knows this binding knows them too.
      for (const name of Object.keys(feeds)) delete feeds[name];
      arrays.clear();
      matrices.clear();
    },
  });
}
