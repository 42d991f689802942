import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks at the parent process. */
const INTERVAL_MS = 1000;

/**
 * Runs as a worker thread. On Unix a process whose parent is gone gets another parent; Windows keeps the number, which
 * then belongs to no process. `SIGKILL` because the main thread may be inside a call of the runtime and handles nothing.
 */
const WATCHDOG = `
const { workerData } = require('node:worker_threads');
const { parent, intervalMs } = workerData;
const isGone = () => {
  if (process.ppid !== parent) return true;
  if (process.platform !== 'win32') return false;
  try {
    process.kill(parent, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
};
setInterval(() => {
  if (isGone()) process.kill(process.pid, 'SIGKILL');
}, intervalMs);
`;

/**
 * Ends this process when its parent is gone, even while the main thread is inside a synchronous call: the `disconnect`
 * event arrives only after such a call, which may take minutes and gigabytes.
 */
export function startParentWatchdog(parent = process.ppid, intervalMs = INTERVAL_MS): void {
  const worker = new Worker(WATCHDOG, {
    eval: true,
    workerData: { parent, intervalMs },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  });
  // Without a watchdog the engine still ends at the next `disconnect`.
  worker.on('error', () => undefined);
  worker.unref();
}
