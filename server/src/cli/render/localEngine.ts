import path from 'node:path';
import type { Engine } from '../../engines/engine';
import { createEngineHost } from '../../engines/local/host';
import { LOCAL_ENGINE } from '../../shared/engines';
import { type Invocation, wholeNumber } from '../command';
import { ENGINE_BUNDLE } from '../packageFiles';
import { readProvider, readStrategy } from './options';

/** The built-in engine as one of the queue. */
export function localEngine(invocation: Invocation): Engine {
  const { io } = invocation;
  const decoder = invocation.text('fast-decoder');
  const host = createEngineHost({
    enginePath: ENGINE_BUNDLE,
    options: {
      ...(decoder !== undefined && {
        fastDecoder: { path: path.resolve(io.cwd, decoder), use: 'all' as const },
      }),
      provider: readProvider(invocation.text('provider')),
      threads: wholeNumber(invocation, 'threads', 0, 1024) ?? 0,
      mergeStrategy: readStrategy(invocation),
      previewEvery: 0,
      idleUnloadMs: 0,
      quality: wholeNumber(invocation, 'quality', 1, 100) ?? 80,
    },
    log: (level, message) => {
      if (level === 'warn' || level === 'error' || io.env.SDPROMPT_DEBUG)
        io.stderr.write(`${level}: ${message}\n`);
    },
  });
  return {
    name: LOCAL_ENGINE,
    type: 'local',
    capacity: 1,
    generate: (plan, request) => host.generate(plan, request),
    dispose: () => host.dispose(),
  };
}
