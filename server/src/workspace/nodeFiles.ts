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
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const kind = entry.isSymbolicLink()
          ? await fileBehindLink(path.join(folder, entry.name))
          : entry.isDirectory()
            ? 'folder'
            : entry.isFile()
              ? 'file'
              : undefined;
        if (kind) known.push({ name: entry.name, kind });
      }
      return known;
    } catch {
      return [];
    }
  },
};

/** Links to files are followed; links to folders are not, so that a walk always ends. */
async function fileBehindLink(link: string): Promise<'file' | undefined> {
  try {
    return (await stat(link)).isFile() ? 'file' : undefined;
  } catch {
    return undefined;
  }
}
