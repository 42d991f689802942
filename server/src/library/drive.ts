import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { parse } from 'node:path';

/** One drive, asked in the way that suits it. */
export interface Drive {
  /** Asks directly where that is quick, else through threads, which never holds up the program. */
  ask<T>(directly: () => T, patiently: () => Promise<T>): Promise<T>;
}

/** A direct answer that takes longer, milliseconds, has further questions go through threads for a while. */
const SLOW_MS = 50;
/** Questions until a local drive that was slow is asked directly again. */
const PATIENCE = 200;
/** Slow answers that make a drive slow. One alone is a busy machine's doing, or a disk that had to spin up and now turns. */
const SLOW_ANSWERS = 3;
/** Share of a slow answer that a quick one makes up for. */
const FORGIVEN = 1 / 16;
/** Time spent on direct questions before others get their turn, milliseconds. */
const TURN_MS = 8;

/**
 * Asks one drive. Thousands of asynchronous questions spend most of their time on handing them to threads, so a drive in
 * this machine is asked directly, in turns, and left to the threads while it is slow.
 * @param isLocal false for a drive that must never be asked directly, because one that has gone may not answer at all
 */
export function createDrive(isLocal: boolean): Drive {
  let patience = 0;
  let turnEnds = 0;
  let slow = 0;
  return {
    async ask(directly, patiently) {
      if (!isLocal || patience > 0) {
        patience--;
        return patiently();
      }
      let start = performance.now();
      if (start > turnEnds) {
        await new Promise(setImmediate);
        start = performance.now();
        turnEnds = start + TURN_MS;
      }
      const answer = directly();
      if (performance.now() - start <= SLOW_MS) slow = Math.max(0, slow - FORGIVEN);
      else if (++slow >= SLOW_ANSWERS) {
        patience = PATIENCE;
        // The first slow answer afterwards brings the patience back.
        slow = SLOW_ANSWERS - 1;
      }
      return answer;
    },
  };
}

/** The drives of a process's folders, each known by its device number. */
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
