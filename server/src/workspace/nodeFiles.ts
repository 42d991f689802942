import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { Files, FolderEntry } from './files';

/** Reads the real file system. Whatever cannot be read counts as absent: a project is full of such files. */
export const nodeFiles: Files = {
  async readText(file) {
    try {
      return (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
    } catch {
      return undefined;
    }
  },

  async kind(file) {
    try {
      const stats = await stat(file);
      if (stats.isFile()) return 'file';
      return stats.isDirectory() ? 'folder' : undefined;
    } catch {
      return undefined;
    }
  },

  async list(folder) {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      const known: FolderEntry[] = [];
      for (const entry of entries.sort(byName)) {
        const kind = entry.isSymbolicLink()
          ? await fileBehindLink(path.join(folder, entry.name))
          : kindOfEntry(entry);
        if (kind) known.push({ name: entry.name, kind });
      }
      return known;
    } catch {
      return [];
    }
  },
};

/** The order of `Files.list`. */
export function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

/** What an entry that is no link is; undefined for devices and the like. */
export function kindOfEntry(entry: Dirent): FolderEntry['kind'] | undefined {
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : undefined;
}

/** Links to files are followed; links to folders are not, so that a walk always ends. */
async function fileBehindLink(link: string): Promise<'file' | undefined> {
  try {
    return (await stat(link)).isFile() ? 'file' : undefined;
  } catch {
    return undefined;
  }
}
