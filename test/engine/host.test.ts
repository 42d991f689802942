import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngineHost, type EngineHost } from '../../server/src/engines/local/host';
import { temporaryFolder } from '../unit/engine/support';
import { buildEngine } from './engineBundle';
import { lora, OPTIONS, planFor } from './support';

const folder = temporaryFolder();
let enginePath: string;
let host: EngineHost;

beforeAll(async () => {
  enginePath = await buildEngine('engine');
  host = createEngineHost({ enginePath, options: OPTIONS, log: () => {} });
});
afterAll(() => host?.dispose());

const output = (name: string) => ({ outputPath: path.join(folder, name) });

describe('the engine process', () => {
  it('renders, with and without a LoRA, and loads the model once', async () => {
    const plain = await host.generate(planFor(), output('plain.png'));
    const merged = await host.generate(planFor({ loras: [lora('lineart', 1)] }), output('merged.png'));
    if (plain.type !== 'done' || merged.type !== 'done') throw new Error(JSON.stringify([plain, merged]));
    expect(merged.result.latentsSha256).not.toBe(plain.result.latentsSha256);
    expect([plain.result.sessionsCreated > 0, merged.result.sessionsCreated]).toEqual([true, 0]);
  });

  it('unloads the model when it was idle, and loads it again for the next picture', async () => {
    let idle = () => {};
    const isIdle = new Promise<void>((resolve) => {
      idle = resolve;
    });
    const own = createEngineHost({
      enginePath,
      options: { ...OPTIONS, idleUnloadMs: 1 },
      log: (_, message) => message.includes('unloaded') && idle(),
    });
    const first = await own.generate(planFor({ parameters: { steps: 1 } }), output('first.png'));
    await isIdle;
    const second = await own.generate(planFor({ parameters: { steps: 1 } }), output('second.png'));
    if (first.type !== 'done' || second.type !== 'done') throw new Error(JSON.stringify([first, second]));
    expect(second.result.sessionsCreated).toBe(first.result.sessionsCreated);
    expect(second.result.sessionsCreated).toBeGreaterThan(0);
    await own.dispose();
  });

  it('measures between pictures, makes way for the next one, and keeps the model open for it', async () => {
    const plan = planFor({ loras: [lora('hat', 1)], parameters: { steps: 2 } });
    const before = await host.generate(plan, output('before.png'));
    const stack = { model: plan.model, loras: [lora('hat', 1), lora('mira', 1)] };
    const whole = await host.measure(stack, {});
    expect(whole).toMatchObject({ type: 'done', result: { pairs: [{ common: 84 }] } });
    const stop = new AbortController();
    const cut = host.measure(stack, { signal: stop.signal, onProgress: () => stop.abort() });
    const after = await host.generate(plan, output('after.png'));
    expect((await cut).type).not.toBe('failed');
    if (before.type !== 'done' || after.type !== 'done') throw new Error(JSON.stringify([before, after]));
    expect(after.result.sessionsCreated).toBe(0);
    expect(after.result.latentsSha256).toBe(before.result.latentsSha256);
  });

  it('dies in the middle of a picture: the job fails, the next one has a new process', async () => {
    const before = host.pid!;
    const outcome = await host.generate(planFor({ parameters: { steps: 200 } }), {
      ...output('killed.png'),
      onProgress: ({ phase, step }) => {
        if (phase === 'sample' && step === 2 && host.pid === before) process.kill(before, 'SIGKILL');
      },
    });
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'engine-crashed' } });
    const next = await host.generate(planFor(), output('after.png'));
    expect(next.type).toBe('done');
    expect(host.pid).not.toBe(before);
  });

  it('stops within a step when it is cancelled', async () => {
    const stop = new AbortController();
    const steps: number[] = [];
    const pid = host.pid;
    const outcome = await host.generate(planFor({ parameters: { steps: 500 } }), {
      ...output('stopped.png'),
      signal: stop.signal,
      onProgress: ({ phase, step }) => {
        if (phase === 'sample') steps.push(step);
        if (step === 3) stop.abort();
      },
    });
    expect(outcome.type).toBe('cancelled');
    expect(steps.at(-1)).toBe(3);
    expect(host.pid).toBe(pid);
  });
});
