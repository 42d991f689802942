import { ELEMENT, type WeightSlot } from '../../../formats/onnx/index';
import { success } from '../../../shared/problem';
import { absentDims, addConditional } from '../../graph/conditionals';
import type { SlotChange } from '../../lora/assign';
import { Tensor } from '../../runtime/session';
import { createStacker, usesBranch } from '../merged/factors';
import { changeKey } from '../merged/outcome';
import { tensorOf } from '../merged/runtimeMerge';
import { openMergedStore } from '../merged/store';
import { feedFactors } from './branches';
import type { Placer } from './placed';

/** What a conditional slot may do besides being read as it is. */
export interface ConditionalSlot {
  readonly hasBranch: boolean;
  /** The stacked factors may have this share of the weight's numbers; more are merged. */
  readonly branchShare: number;
}

/**
 * Slots behind an `If`: low-rank changes run as a LoRA branch while they are small enough, all others are merged and fed.
 * W′ takes memory only while something is merged.
 */
export function placeConditionals(of: (index: number) => ConditionalSlot): Placer {
  return (edit, file, indexes) => {
    const { slots } = file;
    const inputs = new Map(
      indexes.map((index) => [index, addConditional(edit, slots[index]!, of(index).hasBranch)]),
    );
    return async (runtime, feeds) => {
      const opened = await openMergedStore(runtime, file, indexes, true);
      if (!opened.ok) return opened;
      const store = opened.value;
      const stackers = new Map(indexes.map((index) => [index, createStacker(slots[index]!.shape)]));
      /** The changes each slot was last fed. */
      const bound = new Map<number, string>();

      const feedBranch = (index: number, changes: readonly SlotChange[]) => {
        const branch = inputs.get(index)?.branch;
        if (!branch) return;
        feedFactors(feeds, branch.factors, stackers.get(index)!(changes));
        feeds[branch.isUsed.name] = bool(changes.length > 0);
      };
      const feedMerged = (index: number, isMerged: boolean) => {
        const slot = slots[index]!;
        const { merged, isMerged: condition } = inputs.get(index)!;
        if (!isMerged) store.forget(index);
        feeds[merged.name] = isMerged ? tensorOf(slot, store.arrayOf(index), slot.dims) : absent(slot);
        feeds[condition.name] = bool(isMerged);
      };
      return success({
        async bind(changes) {
          const merging = new Map<number, readonly SlotChange[]>();
          let recomputed = 0;
          for (const index of indexes) {
            const wanted = changes.get(index) ?? [];
            const key = changeKey(wanted);
            if (bound.get(index) === key) continue;
            const isBranch = usesBranch(of(index), slots[index]!, wanted);
            const isMerged = wanted.length > 0 && !isBranch;
            feedBranch(index, isBranch ? wanted : []);
            feedMerged(index, isMerged);
            if (isMerged) merging.set(index, wanted);
            else recomputed++;
            bound.set(index, key);
          }
          const merged = await store.merge(merging);
          // A slot that lacks a module is computed again, and the module reported again, at the next bind.
          for (const index of merged.incomplete) bound.delete(index);
          return { recomputed: recomputed + merged.recomputed, failures: merged.failures };
        },
        release: () => store.release(),
      });
    };
  };
}

function bool(value: boolean): Tensor {
  return new Tensor('bool', [value], []);
}

/** The value of a merged weight in runs that do not read it. */
function absent(slot: WeightSlot): Tensor {
  const none = slot.elementType === ELEMENT.float16 ? new Uint16Array(0) : new Float32Array(0);
  return tensorOf(slot, none, absentDims(slot));
}
