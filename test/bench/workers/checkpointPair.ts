import type { LoadedModel } from '../../../server/src/engine/model/load';
import type { UnetCondition } from '../../../server/src/engine/model/unet';
import { clock, conditionOf, openModel, stepOnce } from '../support/oneStep';

// `checkpointPair.mjs EXPORTED CHECKPOINT SIDE ROUNDS STEPS`: both models in one process, in turns, on one thread; prints
// one line of JSON (`Pair`).
const [, , exported = '', checkpoint = '', side = '96', rounds = '1', steps = '1'] = process.argv;

/** Checkpoint over export, pair by pair of neighbours in time. */
export interface Pair {
  readonly firstStep: readonly number[];
  readonly firstStepCpu: readonly number[];
  readonly step: readonly number[];
  readonly stepCpu: readonly number[];
}

interface Open {
  readonly model: LoadedModel;
  readonly condition: UnetCondition;
}

const pairs = {
  firstStep: [] as number[],
  firstStepCpu: [] as number[],
  step: [] as number[],
  stepCpu: [] as number[],
};

async function inTurn<T>(
  works: readonly [() => Promise<T>, () => Promise<T>],
  into: readonly [wall: number[], cpu: number[]],
): Promise<T[]> {
  const spans: { readonly wall: number; readonly cpu: number }[] = [];
  const results: T[] = [];
  for (const work of works) {
    const before = clock();
    results.push(await work());
    const after = clock();
    spans.push({ wall: after.wall - before.wall, cpu: after.cpu - before.cpu });
  }
  const [one, two] = spans as [(typeof spans)[0], (typeof spans)[0]];
  into[0].push(two.wall / one.wall);
  into[1].push(two.cpu / one.cpu);
  return results;
}

const size = Number(side);
const open = (file: string) => async (): Promise<Open> => {
  const model = await openModel(file, 1, 'auto');
  const condition = await conditionOf(model, size);
  await stepOnce(model, condition, size);
  return { model, condition };
};
for (let round = 0; round <= Number(rounds); round++) {
  // The first round fills caches and counts for nothing.
  const isCounted = round > 0;
  const first: [number[], number[]] = isCounted ? [pairs.firstStep, pairs.firstStepCpu] : [[], []];
  const later: [number[], number[]] = isCounted ? [pairs.step, pairs.stepCpu] : [[], []];
  const [a, b] = (await inTurn([open(exported), open(checkpoint)], first)) as [Open, Open];
  for (let count = 0; count < Number(steps); count++) {
    const step =
      ({ model, condition }: Open) =>
      () =>
        stepOnce(model, condition, size);
    await inTurn([step(a), step(b)], later);
  }
  await a.model.release();
  await b.model.release();
}
console.log(JSON.stringify(pairs satisfies Pair));
