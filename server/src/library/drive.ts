import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { parse } from 'node:path';
import { type FileWork, runLater, runNow } from './fileWork';

/** One drive, and the way of reading it that suits it. */
export interface Drive {
  /** Runs work with blocking calls where these are quick, else with asynchronous ones, which never block the process. */
  run<T>(work: FileWork<T>): Promise<T>;
}

/** Blocking work that takes longer, milliseconds, counts as slow. */
const SLOW_MS = 50;
/** Pieces of work that a slow drive does with asynchronous calls before blocking ones are tried again. */
const ASYNCHRONOUS_RUNS = 200;
/** Slow results that make a drive slow. One alone is a busy machine, or a disk that had to spin up. */
const SLOW_RESULTS = 3;
/** Share of a slow result that a quick one makes up for. */
const QUICK_CREDIT = 1 / 16;
/** Time spent on blocking calls before other tasks of the process run, milliseconds. */
const TURN_MS = 8;

/**
 * Thousands of asynchronous calls spend most of their time on the way to threads and back. A drive in this machine is
 * therefore read with blocking calls, a few milliseconds at a time, and with asynchronous ones while it is slow.
 * @param isLocal false for a drive that must never be read with blocking calls, because one on a network may not answer
 */
export function createDrive(isLocal: boolean): Drive {
  let asynchronousRuns = 0;
  let turnEnds = 0;
  let slow = 0;
  return {
    async run(work) {
      if (!isLocal || asynchronousRuns > 0) {
        asynchronousRuns--;
        return runLater(work);
      }
      let start = performance.now();
      if (start > turnEnds) {
        await new Promise(setImmediate);
        start = performance.now();
        turnEnds = start + TURN_MS;
      }
      const result = runNow(work);
      if (performance.now() - start <= SLOW_MS) slow = Math.max(0, slow - QUICK_CREDIT);
      else if (++slow >= SLOW_RESULTS) {
        asynchronousRuns = ASYNCHRONOUS_RUNS;
        // The first slow result afterwards makes the drive slow again.
        slow = SLOW_RESULTS - 1;
      }
      return result;
    },
  };
}

/** The drives of a process's folders, each identified by its device number. */
export interface Drives {
  /** @param folder any folder of the drive */
  of(device: string, folder: string): Promise<Drive>;
}

export function createDrives(): Drives {
  const drives = new Map<string, Promise<Drive>>();
  return {
    of(device, folder) {
      let drive = drives.get(device);
      if (!drive) {
        drive = isLocalFolder(folder).then(createDrive);
        drives.set(device, drive);
      }
      return drive;
    },
  };
}

/** Linux's numbers for file systems that are in this machine: ext, xfs, btrfs, zfs, f2fs, tmpfs, overlay, exfat, fat, ntfs3, apfs. */
const LOCAL_SYSTEMS = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0x01021994, 0x794c7630, 0x2011bab0, 0x4d44,
  0x7366746e, 0x5346544e, 0x858458f6, 0xca451a4e,
]);

/** True for a folder that is surely not on a network. Where the system does not say, only the user's own drive counts. */
export async function isLocalFolder(folder: string): Promise<boolean> {
  if (process.platform === 'win32')
    return parse(folder).root.toLowerCase() === parse(homedir()).root.toLowerCase();
  if (process.platform === 'darwin') return !/^\/(?:Volumes|Network)\//.test(folder);
  return statfs(folder).then(
    ({ type }) => LOCAL_SYSTEMS.has(type),
    () => false,
  );
}
