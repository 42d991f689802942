import { ENGINE_PROTOCOL_VERSION, type EngineEvent, type EngineRequest } from '../shared/engineProtocol';
import { createEngine } from './pipeline/engine';
import { providers, RUNTIME_NAME } from './runtime/session';

/**
 * Entry of the engine process. Speaks `shared/engineProtocol.ts` over its IPC channel, works on one job at a time and
 * ends with its parent.
 */
function main(): void {
  const send = (event: EngineEvent) => {
    if (process.connected) process.send?.(event, undefined, undefined, () => {});
  };
  const engine = createEngine((level, message) => send({ type: 'log', level, message }));
  let current: { readonly job: number; isCancelled: boolean } | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  const generate = async (request: Extract<EngineRequest, { type: 'generate' }>) => {
    const { job, plan, options, outputPath } = request;
    if (current) {
      const problem = {
        code: 'engine-busy',
        message: 'The engine is making another image.',
        remedy: 'Wait until it is done, or cancel it.',
      };
      return send({ type: 'failed', job, problem });
    }
    const state = { job, isCancelled: false };
    current = state;
    clearTimeout(idleTimer);
    try {
      const outcome = await engine.generate(plan, options, outputPath, {
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
      if (options.idleUnloadMs > 0)
        idleTimer = setTimeout(() => void (current ? undefined : engine.unload()), options.idleUnloadMs);
    }
  };

  process.on('message', (message) => {
    const request = message as EngineRequest;
    if (request.type === 'generate') void generate(request);
    else if (request.type === 'cancel') {
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
