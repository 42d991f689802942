import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

/** Watches folders for changes of any kind. */
export interface FolderWatcher {
  /** Replaces the folders watched. */
  set(roots: readonly string[], folders: readonly string[]): void;
  close(): void;
}

/** Quiet time after the last event before anybody is told: unpacking an archive makes thousands. */
const QUIET_MS = 300;
/** Folders watched one by one; beyond that, changes below are noticed at the next refresh. */
const MAX_WATCHES = 2_000;
/** Where the system watches whole trees by itself. Elsewhere Node would walk the tree and break on links. */
const TREES = process.platform === 'win32' || process.platform === 'darwin';

/** Calls back once after a burst of changes. Events only: nothing is ever polled. */
export function watchFolders(changed: () => void, log: (message: string) => void): FolderWatcher {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  function notice(): void {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
    timer.unref();
  }

  function add(folder: string, recursive: boolean): void {
    if (watchers.has(folder) || watchers.size >= MAX_WATCHES) return;
    try {
      const watcher = watch(folder, { recursive, persistent: false }, notice);
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
        notice();
      });
      watchers.set(folder, watcher);
    } catch (error) {
      log(`${folder} cannot be watched, so changes in it are noticed later: ${String(error)}`);
    }
  }

  return {
    set(roots, folders) {
      const wanted = new Set<string>(TREES ? roots.filter(existsSync) : folders);
      // A root that does not exist yet is noticed by the nearest folder above it that does.
      for (const root of roots) if (!existsSync(root)) wanted.add(nearestFolder(root));
      for (const [folder, watcher] of watchers) {
        if (!wanted.has(folder)) {
          watcher.close();
          watchers.delete(folder);
        }
      }
      for (const folder of wanted) add(folder, TREES && roots.includes(folder));
    },
    close() {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

function nearestFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
