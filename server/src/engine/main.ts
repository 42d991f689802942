import path from 'node:path';
import {
  ENGINE_PROTOCOL_VERSION,
  type EngineEvent,
  type EngineOptions,
  type EngineRequest,
} from '../shared/engineProtocol';
import { createEngine } from './engine';
import type { JobHooks, JobOutcome } from './jobs/job';
import { providers, RUNTIME_NAME } from './runtime/session';

/**
 * Entry of the engine process. Speaks `shared/engineProtocol.ts` over its IPC channel, works on one job at a time and
 * ends with its parent.
 */
function main(): void {
  const send = (event: EngineEvent) => {
    if (process.connected) process.send?.(event, undefined, undefined, () => {});
  };
  const log = (level: 'debug' | 'info' | 'warn' | 'error', message: string) =>
    send({ type: 'log', level, message });
  const engine = createEngine(log, {
    // The bundle lies in the package's `dist` folder.
    clipMerges: path.join(__dirname, '..', 'media', 'clip', 'merges.txt.gz'),
  });
  let current: { readonly job: number; isCancelled: boolean } | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  const work = async (
    job: number,
    options: EngineOptions,
    run: (hooks: JobHooks) => Promise<JobOutcome<Extract<EngineEvent, { type: 'done' }>['result']>>,
  ) => {
    if (current) {
      const problem = {
        code: 'engine-busy',
        message: 'The engine is busy with another job.',
        remedy: 'Wait until it is done, or cancel it.',
      };
      return send({ type: 'failed', job, problem });
    }
    const state = { job, isCancelled: false };
    current = state;
    clearTimeout(idleTimer);
    try {
      const outcome = await run({
        isCancelled: () => state.isCancelled,
        progress: (progress) => send({ type: 'progress', job, ...progress }),
      });
      if (outcome.type === 'done') send({ type: 'done', job, result: outcome.result });
      else if (outcome.type === 'cancelled') send({ type: 'cancelled', job });
      else send({ type: 'failed', job, problem: outcome.problem });
    } catch (error) {
      // The one catch of this process: what arrives here is a bug, or the runtime's own failure in mid-run.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send({ type: 'log', level: 'error', message: text });
      const problem = {
        code: 'engine-failed',
        message: `The engine failed: ${error instanceof Error ? error.message.split('\n', 1)[0] : text}`,
        remedy: 'Try again with a smaller size; if it stays, report it with the log.',
      };
      send({ type: 'failed', job, problem });
      await engine.unload();
    } finally {
      current = undefined;
      if (options.idleUnloadMs > 0) idleTimer = setTimeout(unloadIdle, options.idleUnloadMs);
    }
  };

  const unloadIdle = () => {
    if (current) return;
    send({ type: 'log', level: 'info', message: 'The model was unloaded: it was not needed for a while.' });
    void engine.unload();
  };

  process.on('message', (message) => {
    const request = message as EngineRequest;
    if (request.type === 'generate') {
      const { job, plan, options, outputPath } = request;
      void work(job, options, (hooks) => engine.generate(plan, options, outputPath, hooks));
    } else if (request.type === 'bake') {
      const { job, plan, options } = request;
      void work(job, options, (hooks) => engine.bake(plan, options, hooks));
    } else if (request.type === 'measure') {
      const { job, plan, options } = request;
      void work(job, options, (hooks) => engine.measure(plan, hooks));
    } else if (request.type === 'cancel') {
      if (current?.job === request.job) current.isCancelled = true;
    } else if (request.type === 'shutdown') process.exit(0);
  });
  process.on('disconnect', () => process.exit(0));
  send({
    type: 'ready',
    protocol: ENGINE_PROTOCOL_VERSION,
    pid: process.pid,
    runtime: RUNTIME_NAME,
    providers: providers(),
  });
}

main();
