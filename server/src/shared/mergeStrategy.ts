import { failure, type Result, success } from './problem';

/** What a user may choose for applying LoRAs to a model; docs/merging.md describes each. */
export const MERGE_STRATEGIES = ['auto', 'merged', 'branches'] as const;
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

/** What the engine does: `mixed` merges some weights and runs LoRA branches for others. `auto` may choose any of them. */
export type WeightPolicy = 'merged' | 'branches' | 'mixed';

/** Names of earlier versions. */
const FORMER: Readonly<Record<string, MergeStrategy>> = { adaptive: 'auto', inputs: 'merged' };

/**
 * The strategy of that name. Names of earlier versions are read, with a note that says what they are called now. Fails with
 * `merge-strategy`.
 */
export function readMergeStrategy(
  name: string,
): Result<{ readonly strategy: MergeStrategy; readonly note?: string }> {
  const known = MERGE_STRATEGIES.find((strategy) => strategy === name);
  if (known) return success({ strategy: known });
  const former = Object.hasOwn(FORMER, name) ? FORMER[name] : undefined;
  if (former)
    return success({
      strategy: former,
      note: `The merge strategy ${name} is now called ${former}; ${former} was used.`,
    });
  const remedy = `Use ${MERGE_STRATEGIES.slice(0, -1).join(', ')} or ${MERGE_STRATEGIES.at(-1)}.`;
  if (name === 'in-graph')
    return failure(
      'merge-strategy',
      'The merge strategy in-graph was removed: it was a slow reference for tests. merged gives the same image faster.',
      remedy,
    );
  return failure('merge-strategy', `There is no merge strategy called "${name}".`, remedy);
}
