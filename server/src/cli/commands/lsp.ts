import { spawn } from 'node:child_process';
import type { Command } from '../command';
import { EXIT } from '../exitCodes';
import { SERVER_BUNDLE } from '../packageFiles';

export const lspCommand: Command = {
  usage: '--stdio',
  options: {
    stdio: { type: 'boolean', help: 'speak over standard input and output (the only way, and the default)' },
  },

  run: ({ io }) =>
    // A process of its own: the server's bundle lies beside this one and is never part of it.
    new Promise((resolve) => {
      const server = spawn(process.execPath, [SERVER_BUNDLE, '--stdio'], { stdio: 'inherit' });
      const stop = () => server.kill('SIGTERM');
      io.signal.addEventListener('abort', stop, { once: true });
      if (io.signal.aborted) stop();
      server.on('exit', (code) => resolve(code ?? (io.signal.aborted ? EXIT.clean : EXIT.trouble)));
    }),
};
