import path from 'node:path';
import { ENGINE_PROTOCOL_VERSION, type EngineEvent, type EngineRequest } from '../shared/engineProtocol';
import { createEngine } from './engine';
import { createJobRunner } from './jobRunner';
import { providers, RUNTIME_NAME } from './runtime/session';
import { startParentWatchdog } from './watchdog';

/**
 * Entry of the engine process. Receives the messages of `shared/engineProtocol.ts` over its IPC channel and ends with
 * its parent.
 */
function main(): void {
  const send = (event: EngineEvent) => {
    if (process.connected) process.send?.(event, undefined, undefined, () => {});
  };
  const engine = createEngine((level, message) => send({ type: 'log', level, message }), {
    // The bundle lies in the package's `dist` folder.
    clipMerges: path.join(__dirname, '..', 'media', 'clip', 'merges.txt.gz'),
  });
  const runner = createJobRunner({ send, unload: engine.unload });

  process.on('message', (message) => {
    const request = message as EngineRequest;
    switch (request.type) {
      case 'generate': {
        const { job, plan, options, outputPath } = request;
        void runner.run(job, options, (hooks) => engine.generate(plan, options, outputPath, hooks));
        break;
      }
      case 'bake': {
        const { job, plan, options } = request;
        void runner.run(job, options, (hooks) => engine.bake(plan, options, hooks));
        break;
      }
      case 'measure': {
        const { job, plan, options } = request;
        void runner.run(job, options, (hooks) => engine.measure(plan, hooks));
        break;
      }
      case 'cancel':
        runner.cancel(request.job);
        break;
      case 'shutdown':
        process.exit(0);
    }
  });
  // Ctrl+C in a terminal goes to the parent as well, which cancels the job and then ends this process.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  startParentWatchdog();
  send({
    type: 'ready',
    protocol: ENGINE_PROTOCOL_VERSION,
    pid: process.pid,
    runtime: RUNTIME_NAME,
    providers: providers(),
  });
}

main();
