import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Files, FolderEntry } from '../workspace/files';
import { byName, kindOfEntry } from '../workspace/nodeFiles';

/** Folders between two looks at whether the user has pressed Ctrl+C. */
const FOLDERS_IN_A_ROW = 16;

/**
 * The file system by calls that block: a command has nothing else to do meanwhile, and for small files and folders the way
 * through the thread pool takes several times as long as the disk. Whatever cannot be read counts as absent.
 */
export function createFilesNow(): Files {
  let listed = 0;
  return {
    async readText(file) {
      try {
        return kindOf(file) === 'file' ? readFileSync(file, 'utf8').replace(/^\ufeff/, '') : undefined;
      } catch {
        return undefined;
      }
    },

    kind: async (file) => kindOf(file),

    async list(folder) {
      if (++listed % FOLDERS_IN_A_ROW === 0) await setImmediate();
      try {
        const entries = readdirSync(folder, { withFileTypes: true });
        const known: FolderEntry[] = [];
        for (const entry of entries.sort(byName)) {
          // Links to files are followed; links to folders are not, so that a walk always ends.
          const kind = entry.isSymbolicLink() ? linkKind(path.join(folder, entry.name)) : kindOfEntry(entry);
          if (kind) known.push({ name: entry.name, kind });
        }
        return known;
      } catch {
        return [];
      }
    },
  };
}

function kindOf(file: string): 'file' | 'folder' | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile()) return 'file';
    return stats?.isDirectory() ? 'folder' : undefined;
  } catch {
    return undefined;
  }
}

function linkKind(link: string): 'file' | undefined {
  return kindOf(link) === 'file' ? 'file' : undefined;
}
