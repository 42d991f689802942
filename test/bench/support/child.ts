import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ALLOCATOR, lowerPriority } from '../../../server/src/engines/local/engineProcess';
import type { Measured, MergeRequest } from '../workers/merge';

/** A process that holds one session and measures what it is asked to. */
export interface Child {
  readonly pid: number;
  readonly opened: Measured;
  /** `watch` false: nobody looks at its memory meanwhile, which costs this process time. */
  ask(request: MergeRequest, watch?: boolean): Promise<Measured & { readonly peak: number }>;
  close(): Promise<void>;
}

/** How often the parent looks at a child's memory, milliseconds. */
const LOOK_MS = 10;

/** Starts a worker and waits until its session is open. */
export async function startChild(worker: string, args: readonly string[]): Promise<Child> {
  const child = fork(worker, args, {
    env: { ...ALLOCATOR, ...process.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  lowerPriority(child.pid);
  const gone = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`a worker ended (${signal ?? code})`)));
  });
  gone.catch(() => undefined);
  const answer = () =>
    Promise.race([new Promise<Measured>((resolve) => child.once('message', resolve)), gone]);
  const opened = await answer();
  const pid = child.pid ?? 0;
  return {
    pid,
    opened,
    async ask(request, watch = true) {
      let peak = 0;
      const look = setInterval(() => {
        if (watch) peak = Math.max(peak, anonymousOf(pid));
      }, LOOK_MS);
      try {
        child.send(request);
        const measured = await answer();
        return { ...measured, peak: Math.max(peak, measured.anonymous) };
      } finally {
        clearInterval(look);
      }
    },
    async close() {
      if (child.connected) child.disconnect();
      await gone.catch(() => undefined);
    },
  };
}

function anonymousOf(pid: number): number {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return 1024 * Number(kilobytes ?? 0);
  } catch {
    return 0;
  }
}
