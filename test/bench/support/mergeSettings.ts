import path from 'node:path';
import { parseArgs } from 'node:util';
import type { WeightPolicy } from '../../../server/src/shared/mergeStrategy';
import { unetModel } from './unetModel';

export interface MergeSettings {
  readonly folder: string;
  readonly threads: number;
  readonly rounds: number;
  readonly policies: readonly WeightPolicy[];
  /** Side in pixels and batch; steps with LoRAs are measured at the first. */
  readonly shapes: readonly (readonly [side: number, batch: number])[];
  /** Rank and number of LoRAs. */
  readonly stacks: readonly (readonly [rank: number, count: number])[];
  /** False for a small model, which the targets are not for. */
  readonly hasTargets: boolean;
}

const POLICIES = ['mixed', 'merged', 'branches'] as const;
/** One round differs from the next by a tenth and more on a shared machine; what has targets is measured the longest. */
const ROUNDS = { all: 3, quick: 11 } as const;
const ALL = {
  shapes: [
    [512, 1],
    [512, 2],
    [256, 1],
  ],
} as const;

/** `--smoke`: a small UNet, once. `--quick`: one size, rank 8 and 32. Else everything. */
export async function mergeSettings(args: readonly string[]): Promise<MergeSettings> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      threads: { type: 'string' },
      rounds: { type: 'string' },
      policies: { type: 'string' },
      smoke: { type: 'boolean' },
      quick: { type: 'boolean' },
    },
    strict: false,
  });
  const isSmoke = values.smoke === true;
  const named = typeof values.model === 'string' ? path.resolve(values.model) : undefined;
  const wanted = typeof values.policies === 'string' ? values.policies.split(',') : POLICIES;
  const common = {
    folder: named ?? (await unetModel(isSmoke ? 'small' : 'sd1')),
    threads: Number(values.threads ?? 0),
    policies: POLICIES.filter((policy) => wanted.includes(policy)),
    hasTargets: !isSmoke,
  };
  if (isSmoke)
    return {
      ...common,
      rounds: 1,
      shapes: [
        [128, 1],
        [128, 2],
      ],
      stacks: [
        [8, 1],
        [32, 3],
      ],
    };
  const roundsOf = (usual: number) => Number(values.rounds ?? usual);
  if (values.quick === true)
    return {
      ...common,
      rounds: roundsOf(ROUNDS.quick),
      shapes: ALL.shapes.slice(0, 1),
      stacks: [
        [32, 1],
        [8, 1],
      ],
    };
  const stacks = [8, 32, 128].flatMap((rank) => [1, 3, 5].map((count) => [rank, count] as const));
  return { ...common, rounds: roundsOf(ROUNDS.all), shapes: ALL.shapes, stacks };
}
