import { success } from '../../../shared/problem';
import { addBranches } from '../../graph/branches';
import type { Factors } from '../../graph/factors';
import type { ModelFile } from '../../graph/modelFile';
import type { SlotChange } from '../../lora/assign';
import type { Tensor } from '../../runtime/session';
import { createStacker } from '../merged/factors';
import { type BindFailure, changeKey, failureOf } from '../merged/outcome';
import type { OpenPlaced, Placer } from './placed';

/**
 * Without changes a branch is one rank of zeros: a convolution without output channels has no defined result in ONNX
 * Runtime, and WebGPU ends the process when it meets a tensor without elements.
 */
const EMPTY_RANK = 1;

/**
 * Slots as initializers with a LoRA branch. A change of strength costs next to nothing; every run costs in proportion to
 * the stacked rank. Strengths are in `scale` alone, a graph input, so that they may differ from run to run.
 */
export const placeBranches: Placer = (edit, file, indexes) => {
  const inputs = addBranches(
    edit,
    indexes.map((index) => file.slots[index]!),
    file.slots,
  );
  return openFactored(file, indexes, inputs, EMPTY_RANK);
};

/** Opens slots whose changes are fed as stacked factors alone. */
export function openFactored(
  file: ModelFile,
  indexes: readonly number[],
  inputs: readonly Factors[],
  emptyRank: 0 | 1,
): OpenPlaced {
  return async (_, feeds) => {
    const stackers = indexes.map((index) => createStacker(file.slots[index]!.shape, emptyRank));
    const bound = new Map<number, string>();
    return success({
      async bind(changes) {
        const failures: BindFailure[] = [];
        let recomputed = 0;
        for (const [at, index] of indexes.entries()) {
          const wanted: SlotChange[] = [];
          for (const change of changes.get(index) ?? [])
            if (change.module.isLowRank) wanted.push(change);
            else
              failures.push(failureOf(change, 'has no low-rank factors, so it cannot run as a LoRA branch'));
          const key = changeKey(wanted);
          if (bound.get(index) === key) continue;
          feedFactors(feeds, inputs[at]!, stackers[at]!(wanted));
          bound.set(index, key);
          recomputed++;
        }
        return { recomputed, failures };
      },
      async release() {},
    });
  };
}

/** Feeds stacked factors. */
export function feedFactors(
  feeds: Record<string, Tensor>,
  inputs: Factors,
  { down, up, scale }: { readonly down: Tensor; readonly up: Tensor; readonly scale: Tensor },
): void {
  feeds[inputs.down.name] = down;
  feeds[inputs.up.name] = up;
  feeds[inputs.scale.name] = scale;
}
