import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { failure, type Result, success } from '../../../shared/problem';

/** How often the lock's time stamp is renewed, in milliseconds. */
const RENEW_EVERY = 5_000;
/** Age in milliseconds from which a lock counts as left behind by a process of another machine. */
const STALE_AFTER = 60_000;
/** A lock file is a few lines; what is larger is somebody else's file. */
const MAX_BYTES = 4096;

interface Owner {
  readonly program: 'sdprompt';
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

/** The right to write one output, held by one process at a time. */
export interface OutputLock {
  /** Gives the right back. Does nothing where another process has taken a lock over that had grown stale. */
  release(): void;
}

/** The lock file of an output, beside it. */
export function lockPath(output: string): string {
  return path.join(path.dirname(output), `.${path.basename(output)}.sdprompt-lock`);
}

/**
 * Takes the lock of an output by exclusive create. A lock whose process has ended, or whose time stamp has not been
 * renewed for a minute, is taken over.
 *
 * Errors: `merge-busy` while another merge writes the same output; `already-there` where a file of somebody else, or a
 * link, has the lock's name: neither is ever touched.
 */
export function lockOutput(output: string): Result<OutputLock> {
  const file = lockPath(output);
  mkdirSync(path.dirname(output), { recursive: true });
  const owner: Owner = { program: 'sdprompt', token: randomUUID(), pid: process.pid, host: hostname() };
  for (let attempt = 0; attempt < 2; attempt++) {
    if (create(file, owner)) return success(hold(file, owner));
    const holder = readOwner(file);
    // Released between the two looks: try once more.
    if (holder === 'gone') continue;
    if (holder === 'foreign')
      return failure(
        'already-there',
        `${file} is in the way, and no lock of sdprompt.`,
        'Remove it, or choose another name with -o.',
      );
    if (!isStale(file, holder)) return busy(output, holder);
    if (!removeStale(file, holder)) return busy(output, holder);
  }
  return busy(output, undefined);
}

function busy(output: string, holder: Owner | undefined): Result<never> {
  const who = holder ? ` (process ${holder.pid} on ${holder.host})` : '';
  return failure(
    'merge-busy',
    `${output} is being written by another merge${who}.`,
    'Wait until it has ended, or choose another name with -o. A merge that was killed gives its lock up after a minute.',
  );
}

function create(file: string, owner: Owner): boolean {
  try {
    writeFileSync(file, `${JSON.stringify(owner)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(file: string, { token }: Owner): OutputLock {
  const isOurs = () => {
    const holder = readOwner(file);
    return typeof holder === 'object' && holder.token === token;
  };
  const timer = setInterval(() => {
    if (isOurs()) utimesSync(file, new Date(), new Date());
  }, RENEW_EVERY);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      if (isOurs()) rmSync(file, { force: true });
    },
  };
}

function readOwner(file: string): Owner | 'foreign' | 'gone' {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (!stats) return 'gone';
  if (!stats.isFile() || stats.size > MAX_BYTES) return 'foreign';
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner> | null;
    return owner?.program === 'sdprompt' && typeof owner.token === 'string' ? (owner as Owner) : 'foreign';
  } catch {
    // A lock that its process has created and not yet filled is empty.
    return stats.size === 0 ? { program: 'sdprompt', token: '', pid: 0, host: '' } : 'foreign';
  }
}

function isStale(file: string, { pid, host }: Owner): boolean {
  if (pid > 0 && host === hostname() && !isRunning(pid)) return true;
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > STALE_AFTER;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Removes a stale lock, guarded by a second file: of several processes that find it stale one removes it, and none can
 * remove the lock that the first has taken meanwhile.
 */
function removeStale(file: string, holder: Owner): boolean {
  const guard = `${file}.takeover`;
  try {
    mkdirSync(guard);
  } catch {
    const age = Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_AFTER) rmSync(guard, { recursive: true, force: true });
    return false;
  }
  try {
    const now = readOwner(file);
    if (typeof now === 'object' && now.token === holder.token && isStale(file, now)) rmSync(file);
    return true;
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}
