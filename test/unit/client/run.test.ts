import { describe, expect, it } from 'vitest';
import {
  createGeneration,
  type GenerationDependencies,
  type GenerationOutcome,
} from '../../../client/src/generation/run';
import type { ResolvePlanParams, ResolvePlanResult } from '../../../server/src/shared/lspMessages';

const PLAN = { model: { name: 'demo', path: '/demo' }, loras: [], parameters: { seed: 1 } };
const RESOLVED = {
  ok: true,
  plan: PLAN,
  block: { index: 0, startLine: 0, endLine: 1, title: 'a house' },
  warnings: [],
} as unknown as ResolvePlanResult;
const REQUEST: ResolvePlanParams = { uri: 'file:///a.sdprompt', position: { line: 0, character: 0 } };
const PROBLEM = { code: 'x', message: 'm', remedy: 'r' };

type EngineOutcome = Awaited<ReturnType<GenerationDependencies['generate']>>;

/** A generation whose engine finishes when told to, and a diary of what it said. */
function setUp(overrides: Partial<GenerationDependencies> = {}) {
  const diary: string[] = [];
  const jobs: { end(outcome: EngineOutcome): void; signal: AbortSignal; progress(): void }[] = [];
  const generation = createGeneration(
    {
      refusal: () => undefined,
      resolvePlan: async () => RESOLVED,
      outputPath: async () => '/out.png',
      generate: (_plan, { signal, onProgress }) =>
        new Promise((end) => {
          const progress = () => onProgress?.({ phase: 'sample', step: 1, of: 2 });
          jobs.push({ end, signal: signal!, progress });
          signal!.addEventListener('abort', () => end({ type: 'cancelled' }));
        }),
      ...overrides,
    },
    {
      started: () => diary.push('started'),
      planned: (_plan, block) => diary.push(`planned ${block.title}`),
      progress: ({ step }) => diary.push(`step ${step}`),
      finished: ({ type }) => diary.push(type),
    },
  );
  return { generation, diary, jobs };
}

/** Lets everything that is ready to run, run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const done = { type: 'done', result: { path: '/out.png' } } as EngineOutcome;

describe('a run', () => {
  it('asks for the plan, hands it to the engine and reports the picture', async () => {
    const { generation, diary, jobs } = setUp();
    const run = generation.run(REQUEST);
    await settle();
    expect(generation.running).toBe(true);
    jobs[0]!.progress();
    jobs[0]!.end(done);
    expect(await run).toMatchObject({ type: 'done', result: { path: '/out.png' } });
    expect(diary).toEqual(['started', 'planned a house', 'step 1', 'done']);
    expect(generation.running).toBe(false);
  });

  it('stops at a refusal before anyone is asked anything', async () => {
    const asked: string[] = [];
    const { generation, jobs } = setUp({
      refusal: () => PROBLEM,
      resolvePlan: async () => {
        asked.push('plan');
        return RESOLVED;
      },
    });
    expect(await generation.run(REQUEST)).toEqual({ type: 'failed', problem: PROBLEM });
    expect([asked, jobs]).toEqual([[], []]);
  });

  it('reports a prompt that cannot be planned', async () => {
    const { generation, jobs } = setUp({ resolvePlan: async () => ({ ok: false, problem: PROBLEM }) });
    expect(await generation.run(REQUEST)).toEqual({ type: 'failed', problem: PROBLEM });
    expect(jobs).toEqual([]);
  });

  it('turns an exception into an outcome', async () => {
    const { generation, diary } = setUp({
      resolvePlan: async () => {
        throw new Error('pipe closed');
      },
    });
    expect(await generation.run(REQUEST)).toMatchObject({ type: 'failed', problem: { code: 'unexpected' } });
    expect(diary).toEqual(['started', 'failed']);
  });
});

describe('cancelling', () => {
  it('reaches the engine', async () => {
    const { generation, jobs } = setUp();
    const run = generation.run(REQUEST);
    await settle();
    generation.cancel();
    expect(jobs[0]!.signal.aborted).toBe(true);
    expect(await run).toEqual({ type: 'cancelled' });
  });

  it('does not wait for a language server that does not answer', async () => {
    const { generation, jobs } = setUp({ resolvePlan: () => new Promise(() => undefined) });
    const run = generation.run(REQUEST);
    await settle();
    generation.cancel();
    expect(await run).toEqual({ type: 'cancelled' });
    expect(jobs).toEqual([]);
  });

  it('silences the progress of the run it ended', async () => {
    const { generation, diary, jobs } = setUp();
    const run = generation.run(REQUEST);
    await settle();
    generation.cancel();
    jobs[0]!.progress();
    await run;
    expect(diary).not.toContain('step 1');
  });
});

describe('pressing again', () => {
  it('cancels the run in progress and lets only the newest request run', async () => {
    const { generation, diary, jobs } = setUp();
    const outcomes: Promise<GenerationOutcome>[] = [generation.run(REQUEST)];
    await settle();
    outcomes.push(generation.run(REQUEST), generation.run(REQUEST), generation.run(REQUEST));
    await settle();
    expect(jobs.length).toBe(2);
    jobs[1]!.end(done);
    expect((await Promise.all(outcomes)).map(({ type }) => type)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'done',
    ]);
    expect(diary).toEqual(['started', 'planned a house', 'cancelled', 'started', 'planned a house', 'done']);
  });

  it('can be cancelled while the run before is still stopping', async () => {
    const { generation, jobs } = setUp();
    const first = generation.run(REQUEST);
    await settle();
    const second = generation.run(REQUEST);
    generation.cancel();
    expect([await first, await second]).toEqual([{ type: 'cancelled' }, { type: 'cancelled' }]);
    expect(jobs.length).toBe(1);
  });
});
