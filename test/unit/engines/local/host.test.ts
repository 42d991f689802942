import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCrashLog } from '../../../../server/src/engines/local/crashLog';
import {
  createEngineHost,
  type EngineHost,
  type EngineHostOptions,
} from '../../../../server/src/engines/local/host';
import type { GenerationPlan } from '../../../../server/src/shared/plan';

const options = { threads: 1, mergeStrategy: 'auto', previewEvery: 0, idleUnloadMs: 0 } as const;
const hosts: EngineHost[] = [];

function hostWith(changes: Partial<EngineHostOptions> = {}): EngineHost {
  const host = createEngineHost({
    enginePath: path.resolve('test/unit/engines/local/fakeEngine.cjs'),
    options,
    log: () => {},
    ...changes,
  });
  hosts.push(host);
  return host;
}

const plan = (name: string) => ({ model: { name } }) as GenerationPlan;
const request = { outputPath: '/nowhere.png' };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

afterEach(async () => {
  delete process.env.FAKE_ENGINE;
  delete process.env.FAKE_MARK;
  for (const host of hosts.splice(0)) await host.dispose();
});

async function pidAfterJob(host: EngineHost): Promise<number> {
  const outcome = await host.generate(plan('ok'), request);
  if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.result.seed;
}

describe('the process', () => {
  it('gives large blocks back to the system when they are freed', async () => {
    const outcome = await hostWith().generate(plan('ok'), request);
    expect(outcome).toMatchObject({ result: { bound: '32768' } });
  });
});

describe('the priority', () => {
  it('is below that of the editor', async () => {
    const pid = await pidAfterJob(hostWith());
    expect(getPriority(pid)).toBe(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  });
});

describe('jobs', () => {
  it('are worked off in order by one process', async () => {
    const host = hostWith();
    const order: number[] = [];
    const jobs = [1, 2, 3].map(async (number) => {
      const pid = await pidAfterJob(host);
      order.push(number);
      return pid;
    });
    const pids = await Promise.all(jobs);
    expect(order).toEqual([1, 2, 3]);
    expect(new Set(pids).size).toBe(1);
    expect(pids[0]).toBe(host.pid);
  });

  it('report their progress, and failures as they are', async () => {
    const steps: unknown[] = [];
    const host = hostWith();
    const outcome = await host.generate(plan('fail'), { ...request, onProgress: (step) => steps.push(step) });
    expect(outcome).toEqual({ type: 'failed', problem: { code: 'x', message: 'm', remedy: 'r' } });
    expect(steps).toEqual([{ phase: 'sample', step: 1, of: 2 }]);
  });

  it('take the options of the moment', async () => {
    let threads = 1;
    const host = hostWith({ options: () => ({ ...options, threads: threads++ }) });
    const seen: unknown[] = [];
    for (let job = 0; job < 2; job++) {
      const outcome = await host.generate(plan('ok'), request);
      if (outcome.type === 'done') seen.push((outcome.result as unknown as { options: object }).options);
    }
    expect(seen).toEqual([
      { ...options, threads: 1 },
      { ...options, threads: 2 },
    ]);
  });

  it('are replaced by a newer one with newestWins', async () => {
    const host = hostWith({ newestWins: true });
    const stop = new AbortController();
    const running = host.generate(plan('steps'), { ...request, signal: stop.signal });
    const waiting = host.generate(plan('ok'), request);
    const newest = host.generate(plan('ok'), request);
    expect((await waiting).type).toBe('cancelled');
    stop.abort();
    expect((await running).type).toBe('cancelled');
    expect((await newest).type).toBe('done');
  });
});

describe('cancelling', () => {
  it('keeps a process that stops in time', async () => {
    const host = hostWith();
    const pid = await pidAfterJob(host);
    const stop = new AbortController();
    const job = host.generate(plan('steps'), {
      ...request,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect((await job).type).toBe('cancelled');
    expect(await pidAfterJob(host)).toBe(pid);
  });

  it('kills a process that does not stop in time, and the next job has a new one', async () => {
    const host = hostWith({ cancelGraceMs: 50 });
    const pid = await pidAfterJob(host);
    const stop = new AbortController();
    const job = host.generate(plan('busy'), {
      ...request,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect((await job).type).toBe('cancelled');
    const next = await pidAfterJob(host);
    expect(next).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
  });

  it('waits longer for measuring, so that the model stays open', async () => {
    const host = hostWith({ cancelGraceMs: 50 });
    const pid = await pidAfterJob(host);
    const stop = new AbortController();
    const slow = { model: { name: 'slow', path: '/m' }, loras: [] };
    const measured = host.measure(slow, { signal: stop.signal, onProgress: () => stop.abort() });
    const next = pidAfterJob(host);
    expect((await measured).type).toBe('cancelled');
    expect(await next).toBe(pid);
  });

  it('removes a job that waits, and refuses one that is cancelled already', async () => {
    const host = hostWith();
    const stop = new AbortController();
    const first = host.generate(plan('ok'), request);
    const second = host.generate(plan('crash'), { ...request, signal: stop.signal });
    stop.abort();
    expect((await second).type).toBe('cancelled');
    expect((await first).type).toBe('done');
    expect((await host.generate(plan('ok'), { ...request, signal: stop.signal })).type).toBe('cancelled');
  });
});

describe('crashes', () => {
  it.each(['crash', 'exit'])('%s: the job fails, the next one works', async (name) => {
    const host = hostWith();
    const pid = await pidAfterJob(host);
    const outcome = await host.generate(plan(name), request);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'engine-crashed' } });
    expect(await pidAfterJob(host)).not.toBe(pid);
  });

  it('cost only the job that ran', async () => {
    const host = hostWith();
    const outcomes = await Promise.all(
      ['crash', 'ok', 'ok'].map((name) => host.generate(plan(name), request)),
    );
    expect(outcomes.map(({ type }) => type)).toEqual(['failed', 'done', 'done']);
  });

  it('five times in a row: no further process is started', async () => {
    const host = hostWith();
    const codes: string[] = [];
    for (let job = 0; job < 6; job++) {
      const outcome = await host.generate(plan('crash'), request);
      codes.push(outcome.type === 'failed' ? outcome.problem.code : outcome.type);
    }
    expect(codes).toEqual([...Array(5).fill('engine-crashed'), 'engine-crashing']);
    expect(host.pid).toBeUndefined();
  });

  it('are forgotten after three minutes', () => {
    let now = 0;
    const log = createCrashLog(() => now);
    for (let crash = 0; crash < 5; crash++) log.add();
    expect(log.isTooMany()).toBe(true);
    now = 3 * 60_000;
    expect(log.isTooMany()).toBe(false);
  });
});

describe('starting', () => {
  it('says what to install where ONNX Runtime is missing', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-host-'));
    const enginePath = path.join(folder, 'engine.js');
    writeFileSync(enginePath, '');
    const outcome = await hostWith({ enginePath }).generate(plan('ok'), request);
    expect(outcome).toMatchObject({
      type: 'failed',
      problem: {
        code: 'runtime-not-installed',
        remedy: expect.stringContaining('npm install --ignore-scripts'),
      },
    });
    rmSync(folder, { recursive: true });
  });

  it('fails with a problem when the process dies at once', async () => {
    process.env.FAKE_ENGINE = 'dies';
    const outcome = await hostWith().generate(plan('ok'), request);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'engine-start' } });
  });

  it('fails with a problem when nothing answers in time', async () => {
    process.env.FAKE_ENGINE = 'silent';
    const outcome = await hostWith({ readyTimeoutMs: 300 }).generate(plan('ok'), request);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'engine-start-timeout' } });
  });

  it('costs one job when nothing answers in time: the next one has another process', {
    timeout: 60_000,
  }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-host-'));
    process.env.FAKE_ENGINE = 'once-silent';
    process.env.FAKE_MARK = path.join(folder, 'started');
    const host = hostWith({ readyTimeoutMs: 8000 });
    const outcomes = await Promise.all(['ok', 'ok', 'ok'].map((name) => host.generate(plan(name), request)));
    expect(outcomes.map(({ type }) => type)).toEqual(['failed', 'done', 'done']);
    rmSync(folder, { recursive: true });
  });

  it('refuses an engine of another version, and ends it', async () => {
    process.env.FAKE_ENGINE = 'old';
    const host = hostWith();
    const job = host.generate(plan('ok'), request);
    const { pid } = host;
    expect(await job).toMatchObject({ type: 'failed', problem: { code: 'engine-protocol' } });
    await vi.waitUntil(() => !isAlive(pid!), 20_000);
    expect(host.pid).toBeUndefined();
  });

  it.each([
    ['killed', /SIGKILL/, /memory/],
    ['library', /library.*libgomp/, /Install the library/],
    ['dies', /exit code 3/, /log/],
  ])('%s: names the cause', async (mode, message, remedy) => {
    process.env.FAKE_ENGINE = mode;
    const outcome = await hostWith().generate(plan('ok'), request);
    expect(outcome).toMatchObject({
      problem: {
        code: 'engine-start',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      },
    });
  });

  it('is a plain cancel when the job is cancelled meanwhile, and goes on for the next job', async () => {
    const host = hostWith({ cancelGraceMs: 0 });
    const stop = new AbortController();
    const job = host.generate(plan('ok'), { ...request, signal: stop.signal });
    const { pid } = host;
    stop.abort();
    expect(await job).toEqual({ type: 'cancelled' });
    expect(await pidAfterJob(host)).toBe(pid);
  });

  it('is a plain cancel when nothing ever answers', async () => {
    process.env.FAKE_ENGINE = 'silent';
    const stop = new AbortController();
    const job = hostWith({ cancelGraceMs: 0 }).generate(plan('ok'), { ...request, signal: stop.signal });
    stop.abort();
    expect(await job).toEqual({ type: 'cancelled' });
  });

  it.skipIf(process.platform === 'win32')('is a plain cancel when Ctrl+C reaches the process', async () => {
    process.env.FAKE_ENGINE = 'interrupted';
    expect(await hostWith().generate(plan('ok'), request)).toEqual({ type: 'cancelled' });
  });

  it('fails with a problem when there is no engine', async () => {
    const outcome = await hostWith({ enginePath: '/no/such/engine.js' }).generate(plan('ok'), request);
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'engine-start' } });
  });
});

describe('disposing', () => {
  it('cancels everything and leaves no process', async () => {
    const host = hostWith();
    const pid = await pidAfterJob(host);
    const running = host.generate(plan('busy'), request);
    const waiting = host.generate(plan('ok'), request);
    await host.dispose();
    expect([(await running).type, (await waiting).type]).toEqual(['cancelled', 'cancelled']);
    expect(isAlive(pid)).toBe(false);
    expect((await host.generate(plan('ok'), request)).type).toBe('cancelled');
  });
});
