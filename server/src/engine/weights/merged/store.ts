import { type Result, success } from '../../../shared/problem';
import type { ModelFile } from '../../graph/modelFile';
import type { SlotChange } from '../../lora/assign';
import { collect } from '../../runtime/collect';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import type { Runtime } from '../../runtime/session';
import { isMatrix } from '../slots';
import { createDoraScales, type RowOrColumnScale, startsWithDora } from './doraScales';
import { mergeFloat64, type SlotArray, slotArray } from './float64Merge';
import { type BindFailure, type BindOutcome, changeKey } from './outcome';
import { openRuntimeMerge, RARE_GROUP_BYTES } from './runtimeMerge';

/**
 * Merged weights of some slots, cached between changes. W′ is always computed from W0, never from an earlier W′, so that
 * results do not depend on what was rendered before.
 */
export interface MergedStore {
  /**
   * Makes the given slots' arrays those of their changes in prompt order; none is W0. A slot that has the wanted value is
   * not computed again. `incomplete` are slots that lack a module that did not fit.
   */
  merge(
    wanted: ReadonlyMap<number, readonly SlotChange[]>,
  ): Promise<BindOutcome & { readonly incomplete: readonly number[] }>;
  /** A slot's value; allocated at the first call. */
  arrayOf(index: number): SlotArray;
  /** Frees the memory of a slot's value. */
  forget(index: number): void;
  release(): Promise<void>;
}

/**
 * From so many bytes of merged weights on, garbage of reading and merging is collected at once. It would be about a
 * twentieth of such a model's memory, and would stay while the model is evaluated.
 */
const COLLECTED_BYTES = 64 * 2 ** 20;

function bytesOf(arrays: ReadonlyMap<number, SlotArray>): number {
  let bytes = 0;
  for (const { byteLength } of arrays.values()) bytes += byteLength;
  return bytes;
}

/** Opens a store for the slots at `indexes`; nothing is merged yet. `isRare`: most of them are seldom merged. */
export async function openMergedStore(
  runtime: Runtime,
  file: ModelFile,
  indexes: readonly number[],
  isRare = false,
): Promise<Result<MergedStore>> {
  const { slots } = file;
  const matrices = new Set(indexes.filter((index) => isMatrix(slots[index]!)));
  const limits = isRare ? { groupBytes: RARE_GROUP_BYTES } : {};
  const opened = await openRuntimeMerge(runtime, file, [...matrices], limits);
  if (!opened.ok) return opened;
  const runtimeMerge = opened.value;
  const findScale = createDoraScales(file);
  const arrays = new Map<number, SlotArray>();
  /** The changes in each array; nothing before the first merge, and where a module did not fit. */
  const merged = new Map<number, string>();
  const arrayOf = (index: number) => {
    const array = arrays.get(index) ?? slotArray(slots[index]!);
    arrays.set(index, array);
    return array;
  };
  return success({
    arrayOf,
    async merge(wanted) {
      const failures: BindFailure[] = [];
      const incomplete: number[] = [];
      const lowRank = new Map<number, readonly SlotChange[]>();
      const scales = new Map<number, RowOrColumnScale>();
      let recomputed = 0;
      for (const [index, changes] of wanted) {
        const key = changeKey(changes);
        if (merged.get(index) === key) continue;
        recomputed++;
        merged.delete(index);
        const slot = slots[index]!;
        if (matrices.has(index) && startsWithDora(changes)) {
          const scale = findScale(slot, changes[0]!);
          if (scale) scales.set(index, scale);
          await yieldToEventLoop();
        }
        const isLowRank = scales.has(index) || changes.every(({ module }) => module.isLowRank);
        if (matrices.has(index) && isLowRank) {
          lowRank.set(index, changes);
          continue;
        }
        const failed = mergeFloat64(file, slot, changes, arrayOf(index));
        failures.push(...failed);
        if (failed.length === 0) merged.set(index, key);
        else incomplete.push(index);
        await yieldToEventLoop();
      }
      const ran = await runtimeMerge.run(lowRank, arrayOf, (index) => scales.get(index));
      failures.push(...ran.failures);
      incomplete.push(...ran.incomplete);
      const isIncomplete = new Set(ran.incomplete);
      for (const [index, changes] of lowRank)
        if (!isIncomplete.has(index)) merged.set(index, changeKey(changes));
      if (recomputed > 0 && bytesOf(arrays) >= COLLECTED_BYTES) collect();
      return { recomputed, failures, incomplete };
    },
    forget(index) {
      arrays.delete(index);
      merged.delete(index);
    },
    async release() {
      await runtimeMerge.release();
      // Gigabytes that a caller which still refers to this store would keep in memory.
      arrays.clear();
      merged.clear();
    },
  });
}
