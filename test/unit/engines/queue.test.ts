import { describe, expect, it } from 'vitest';
import type { Engine, GenerateOutcome } from '../../../server/src/engines/engine';
import { type QueueJob, runQueue } from '../../../server/src/engines/queue/queue';
import type { GenerationResult } from '../../../server/src/shared/engineProtocol';
import type { GenerationPlan } from '../../../server/src/shared/plan';

/** Time that passes only when everything waits for it. */
function createClock() {
  const timers: { at: number; resolve: () => void }[] = [];
  let now = 0;
  return {
    now: () => now,
    pause: (ms: number) =>
      new Promise<void>((resolve) => {
        timers.push({ at: now + ms, resolve });
        timers.sort((a, b) => a.at - b.at);
      }),
    /** Lets time pass until the work is done. */
    async run<T>(work: Promise<T>): Promise<T> {
      let isDone = false;
      void work.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
        const next = timers.shift();
        if (next === undefined) {
          await new Promise((resolve) => setImmediate(resolve));
          continue;
        }
        now = next.at;
        next.resolve();
      }
      return work;
    },
  };
}

type Clock = ReturnType<typeof createClock>;
type Fault = 'away' | 'lost' | 'out-of-memory';

const problem = (code: string) => ({ code, message: code, remedy: '' });
const done = (job: string): GenerateOutcome => ({
  type: 'done',
  result: { path: job } as GenerationResult,
});

/** An engine that takes a second a picture, and now and then does what servers do. */
function fakeEngine(
  name: string,
  clock: Clock,
  faultOf: (attempt: number) => Fault | undefined,
  capacity = 1,
) {
  const drawn: string[] = [];
  let attempts = 0;
  let running = 0;
  let most = 0;
  const engine: Engine = {
    name,
    type: 'a1111',
    capacity,
    async generate(plan, { outputPath }) {
      running++;
      most = Math.max(most, running);
      const fault = faultOf(attempts++);
      await clock.pause(fault === 'away' ? 10 : 1000);
      running--;
      if (fault === 'away')
        return { type: 'failed', problem: problem('engine-unreachable'), didNothing: true };
      if (fault === 'out-of-memory') return { type: 'failed', problem: problem('engine-out-of-memory') };
      // A server that lost the job is asked once more by the engine itself.
      if (fault === 'lost') await clock.pause(1000);
      drawn.push(outputPath);
      return plan.infotext === name ? done(outputPath) : { type: 'failed', problem: problem('wrong-plan') };
    },
    dispose: async () => undefined,
  };
  return { engine, drawn, most: () => most };
}

function jobsFor(count: number, names: readonly string[]): QueueJob[] {
  return Array.from({ length: count }, (_, index) => ({
    outputPath: () => `job-${index}`,
    plans: new Map(names.map((name) => [name, { infotext: name } as GenerationPlan])),
  }));
}

/** One in ten, of every kind in turn, never the same twice in a row on one engine. */
const tenPercent =
  (kinds: readonly Fault[], offset = 0) =>
  (attempt: number): Fault | undefined =>
    (attempt + offset) % 10 === 9 ? kinds[Math.floor((attempt + offset) / 10) % kinds.length] : undefined;

async function throughput(names: readonly string[], count: number) {
  const clock = createClock();
  const engines = names.map((name, index) =>
    fakeEngine(name, clock, tenPercent(['away', 'lost', 'out-of-memory'], index * 3)),
  );
  const told: number[] = [];
  const outcomes = await clock.run(
    runQueue(
      jobsFor(count, names),
      engines.map(({ engine }) => engine),
      { pause: clock.pause, onSettled: (job) => told.push(job) },
    ),
  );
  return { clock, engines, told, outcomes };
}

describe('the queue', () => {
  it('draws 1,000 jobs on three engines of which every tenth attempt fails, each once and in order', async () => {
    const names = ['a', 'b', 'c'];
    const { clock, engines, told, outcomes } = await throughput(names, 1000);
    expect(told).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    const drawn = engines.flatMap((one) => one.drawn);
    expect(new Set(drawn).size).toBe(drawn.length);
    const failed = outcomes.filter(({ type }) => type === 'failed');
    // Only what failed while it was drawn fails: a thirtieth of all attempts.
    expect(
      failed.every((outcome) => outcome.type === 'failed' && outcome.problem.code === 'engine-out-of-memory'),
    ).toBe(true);
    expect(failed.length).toBeGreaterThan(20);
    expect(drawn.length + failed.length).toBe(1000);
    for (const [index, outcome] of outcomes.entries())
      if (outcome.type === 'done') expect(outcome.result.path).toBe(`job-${index}`);
    const alone = await throughput(['a'], 1000);
    expect(alone.clock.now() / clock.now()).toBeGreaterThanOrEqual(2.5);
  });

  it('goes on with the others where one engine is away for good', async () => {
    const clock = createClock();
    const gone = fakeEngine('gone', clock, () => 'away');
    const here = fakeEngine('here', clock, () => undefined);
    const retired: string[] = [];
    const outcomes = await clock.run(
      runQueue(jobsFor(20, ['gone', 'here']), [gone.engine, here.engine], {
        pause: clock.pause,
        onRetired: ({ name }) => retired.push(name),
      }),
    );
    expect(outcomes.every(({ type }) => type === 'done')).toBe(true);
    expect(here.drawn).toHaveLength(20);
    expect(retired).toEqual(['gone']);
  });

  it('says why where no engine is left', async () => {
    const clock = createClock();
    const gone = fakeEngine('gone', clock, () => 'away');
    const outcomes = await clock.run(runQueue(jobsFor(3, ['gone']), [gone.engine], { pause: clock.pause }));
    expect(outcomes).toHaveLength(3);
    expect(outcomes.every((one) => one.type === 'failed' && one.problem.code === 'engine-unreachable')).toBe(
      true,
    );
  });

  it('gives a job only to an engine that has a plan for it', async () => {
    const clock = createClock();
    const a = fakeEngine('a', clock, () => undefined);
    const b = fakeEngine('b', clock, () => undefined);
    const jobs = [
      ...jobsFor(2, ['a']),
      ...jobsFor(2, ['b']).map((job) => ({ ...job, outputPath: () => `${job.outputPath()}b` })),
    ];
    const outcomes = await clock.run(runQueue(jobs, [a.engine, b.engine], { pause: clock.pause }));
    expect(outcomes.every(({ type }) => type === 'done')).toBe(true);
    expect([a.drawn.length, b.drawn.length]).toEqual([2, 2]);
  });

  it('sends as many at once as an engine takes', async () => {
    const clock = createClock();
    const one = fakeEngine('a', clock, () => undefined, 4);
    await clock.run(runQueue(jobsFor(12, ['a']), [one.engine], { pause: clock.pause }));
    expect(one.most()).toBe(4);
    expect(clock.now()).toBe(3000);
  });

  it('ends every job as cancelled when it is cancelled', async () => {
    const clock = createClock();
    const abort = new AbortController();
    const one = fakeEngine('a', clock, () => undefined);
    const outcomes = await clock.run(
      runQueue(jobsFor(5, ['a']), [one.engine], {
        pause: clock.pause,
        signal: abort.signal,
        onSettled: (job) => {
          if (job === 1) abort.abort();
        },
      }),
    );
    expect(outcomes.map(({ type }) => type)).toEqual(['done', 'done', 'cancelled', 'cancelled', 'cancelled']);
  });
});
