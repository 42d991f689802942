import { type Result, success } from '../../shared/problem';
import type { ModelFile } from '../graph/modelFile';
import { inputName } from '../graph/openGraph';
import type { SlotChange } from '../lora/assign';
import { collect } from '../runtime/collect';
import { yieldToEventLoop } from '../runtime/eventLoop';
import type { Runtime, Tensor } from '../runtime/session';
import { type BindFailure, changeKey } from './binding';
import { createLines, isDecomposedFirst, type Lines } from './decomposed';
import { mergeDense, type SlotArray, slotArray } from './dense';
import { openMergers, RARE_GROUP_BYTES, tensorOf } from './mergers';
import { isMatrix } from './slotKinds';

/**
 * Merged weights of some slots, kept between changes. W′ is always computed from W0, never from an earlier W′, so results
 * do not depend on what was rendered before.
 */
export interface MergedSlots {
  /**
   * Makes the given slots' arrays those of their changes in prompt order; none is W0. A slot that holds what is wanted
   * is not computed again.
   * @returns how many were computed, what did not fit, and the slots in which that was
   */
  merge(wanted: ReadonlyMap<number, readonly SlotChange[]>): Promise<{
    readonly recomputed: number;
    readonly failures: readonly BindFailure[];
    readonly incomplete: readonly number[];
  }>;
  /** A slot's value; made when it is first asked for. */
  arrayOf(index: number): SlotArray;
  /** Gives back the memory of a slot's value. */
  forget(index: number): void;
  release(): Promise<void>;
}

/**
 * From so many bytes of merged weights on, what reading and merging left behind is collected at once: a twentieth of what
 * such a model takes, which would stay while it draws.
 */
const COLLECTED_BYTES = 64 * 2 ** 20;

function bytesOf(arrays: ReadonlyMap<number, SlotArray>): number {
  let bytes = 0;
  for (const { byteLength } of arrays.values()) bytes += byteLength;
  return bytes;
}

/** What a session is fed for slots that are inputs of its graph: tensors over their arrays, which merging fills. */
export function feedsOf(
  { slots }: ModelFile,
  indexes: readonly number[],
  { arrayOf }: MergedSlots,
): Record<string, Tensor> {
  return Object.fromEntries(
    indexes.map((index) => [
      inputName(slots[index]),
      tensorOf(slots[index], arrayOf(index), slots[index].dims),
    ]),
  );
}

/** Opens what merges the slots at `indexes`; nothing is merged yet. `isRare` says that most of them seldom are. */
export async function openMergedSlots(
  runtime: Runtime,
  file: ModelFile,
  indexes: readonly number[],
  isRare = false,
): Promise<Result<MergedSlots>> {
  const { slots } = file;
  const matrices = new Set(indexes.filter((index) => isMatrix(slots[index])));
  const limits = isRare ? { groupBytes: RARE_GROUP_BYTES } : {};
  const opened = await openMergers(runtime, file, [...matrices], limits);
  if (!opened.ok) return opened;
  const mergers = opened.value;
  const findLines = createLines(file);
  const arrays = new Map<number, SlotArray>();
  /** What each array holds; nothing before the first filling. */
  const held = new Map<number, string>();
  const arrayOf = (index: number) => {
    let array = arrays.get(index);
    if (!array) {
      array = slotArray(slots[index]);
      arrays.set(index, array);
    }
    return array;
  };
  return success({
    arrayOf,
    async merge(wanted) {
      const failures: BindFailure[] = [];
      const incomplete: number[] = [];
      const thin = new Map<number, readonly SlotChange[]>();
      const lines = new Map<number, Lines>();
      let recomputed = 0;
      for (const [index, changes] of wanted) {
        const key = changeKey(changes);
        if (held.get(index) === key) continue;
        recomputed++;
        held.delete(index);
        const isProduct = matrices.has(index);
        if (isProduct && isDecomposedFirst(changes)) {
          const own = findLines(slots[index], changes[0]);
          if (own) lines.set(index, own);
          await yieldToEventLoop();
        }
        if (isProduct && (lines.has(index) || changes.every(({ module }) => module.isLowRank)))
          thin.set(index, changes);
        else {
          const failed = mergeDense(file, slots[index], changes, arrayOf(index));
          failures.push(...failed);
          // A weight with a part left out is not what its key says: it is computed again next time.
          if (failed.length === 0) held.set(index, key);
          else incomplete.push(index);
          await yieldToEventLoop();
        }
      }
      await mergers.run(thin, arrayOf, (index) => lines.get(index));
      for (const [index, changes] of thin) held.set(index, changeKey(changes));
      if (recomputed > 0 && bytesOf(arrays) >= COLLECTED_BYTES) collect();
      return { recomputed, failures, incomplete };
    },
    forget(index) {
      arrays.delete(index);
      held.delete(index);
    },
    async release() {
      await mergers.release();
      // Gigabytes, and whoever still knows this knows them too.
      arrays.clear();
      held.clear();
    },
  });
}
