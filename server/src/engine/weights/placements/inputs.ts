import { success } from '../../../shared/problem';
import { addSlotInputs } from '../../graph/slotInputs';
import { tensorOf } from '../merged/runtimeMerge';
import { openMergedStore } from '../merged/store';
import type { Placer } from './placed';

/**
 * Slots as graph inputs that are fed merged. A change costs a merge; a run costs next to nothing more, whatever the ranks
 * and the number of LoRAs.
 */
export const placeInputs: Placer = (edit, file, indexes) => {
  const { slots } = file;
  const inputs = addSlotInputs(
    edit,
    indexes.map((index) => slots[index]!),
  );
  return async (runtime, feeds) => {
    const opened = await openMergedStore(runtime, file, indexes);
    if (!opened.ok) return opened;
    const store = opened.value;
    for (const [at, index] of indexes.entries())
      feeds[inputs[at]!.name] = tensorOf(slots[index]!, store.arrayOf(index), slots[index]!.dims);
    return success({
      bind: (changes) => store.merge(new Map(indexes.map((index) => [index, changes.get(index) ?? []]))),
      release: () => store.release(),
    });
  };
};
