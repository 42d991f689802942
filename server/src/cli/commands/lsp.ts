import { spawn } from 'node:child_process';
import type { Command } from '../command';
import { SERVER_BUNDLE } from '../packageFiles';

export const lspCommand: Command = {
  usage: '--stdio',
  options: {
    stdio: { type: 'boolean', help: 'speak over standard input and output (the only way, and the default)' },
  },

  run: () =>
    // A process of its own: the server's bundle is found beside this one and never part of it.
    new Promise((resolve) => {
      const server = spawn(process.execPath, [SERVER_BUNDLE, '--stdio'], { stdio: 'inherit' });
      server.on('exit', (code) => resolve(code ?? 2));
    }),
};
