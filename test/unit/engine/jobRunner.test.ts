import { describe, expect, it } from 'vitest';
import { createJobRunner } from '../../../server/src/engine/jobRunner';
import type { JobOutcome } from '../../../server/src/engine/jobs/job';
import type { EngineEvent } from '../../../server/src/shared/engineProtocol';

const OPTIONS = { idleUnloadMs: 0 };
const done = async () => ({ type: 'done', result: {} }) as JobOutcome;
const broken = async (): Promise<JobOutcome> => {
  throw new Error('out of memory\nat somewhere');
};

function runnerWith(unload: () => Promise<void>, onEvent: (event: EngineEvent) => void = () => {}) {
  const events: EngineEvent[] = [];
  const runner = createJobRunner({
    send(event) {
      events.push(event);
      onEvent(event);
    },
    unload,
  });
  const outcomes = () => events.filter(({ type }) => type !== 'log');
  return { runner, events, outcomes };
}

describe('a job that throws', () => {
  it('frees the model before its outcome is sent, so that the next job finds a free engine', async () => {
    let isUnloaded = false;
    const unload = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      isUnloaded = true;
    };
    let next: Promise<void> | undefined;
    const { runner, outcomes } = runnerWith(unload, (event) => {
      if (event.type !== 'failed' || next) return;
      expect(isUnloaded).toBe(true);
      // As the host does: the next job goes out with the outcome of the last one.
      next = runner.run(2, OPTIONS, done);
    });
    await runner.run(1, OPTIONS, broken);
    await next;
    expect(outcomes()).toMatchObject([
      {
        type: 'failed',
        job: 1,
        problem: { code: 'engine-failed', message: 'The engine failed: out of memory' },
      },
      { type: 'done', job: 2 },
    ]);
  });

  it('is answered although the model cannot be closed', async () => {
    const { runner, outcomes, events } = runnerWith(() => Promise.reject(new Error('stuck')));
    await runner.run(1, OPTIONS, broken);
    expect(outcomes()).toMatchObject([{ type: 'failed', job: 1 }]);
    expect(JSON.stringify(events)).toContain('stuck');
  });
});

it('refuses a second job while one runs', async () => {
  const { runner, outcomes } = runnerWith(async () => {});
  const first = runner.run(1, OPTIONS, done);
  await runner.run(2, OPTIONS, done);
  await first;
  expect(outcomes()).toMatchObject([
    { type: 'failed', job: 2, problem: { code: 'engine-busy' } },
    { type: 'done', job: 1 },
  ]);
});

it('cancels the job that runs and no other', async () => {
  const { runner, outcomes } = runnerWith(async () => {});
  const job = (id: number) =>
    runner.run(id, OPTIONS, async ({ isCancelled }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return isCancelled() ? { type: 'cancelled' } : done();
    });
  const first = job(1);
  runner.cancel(7);
  await first;
  const second = job(2);
  runner.cancel(2);
  await second;
  expect(outcomes().map(({ type }) => type)).toEqual(['done', 'cancelled']);
});
