import { run } from './run';

/** Milliseconds a command has to stop by itself; longer than the engine takes to cancel a picture. */
const STOP_GRACE_MS = 3000;

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    controller.abort();
    // A read from a pipe that nobody writes to cannot be cancelled. The handler is gone by now, so that the signal has
    // its default effect.
    setTimeout(() => process.kill(process.pid, signal), STOP_GRACE_MS).unref();
  });
// A reader that closes the pipe early (`sdprompt lint | head`) ends the run without a message.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
}).then((code) => {
  process.exitCode = code;
});
