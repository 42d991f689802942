/**
 * The file access the workspace needs, as an interface: tests use a map of texts, a recording implementation can
 * prove that nothing outside the declared roots is opened.
 */
export interface Files {
  /** The file's text without a byte order mark, or undefined when there is no such readable file. */
  readText(path: string): Promise<string | undefined>;
  /** What a path leads to, links followed. */
  kind(path: string): Promise<'file' | 'folder' | undefined>;
  /** The entries of a folder in name order; empty when it cannot be read. */
  list(folder: string): Promise<readonly FolderEntry[]>;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/**
 * Every file below a folder, depth first in name order, as absolute paths.
 * @param accept which folders to enter and which files to yield.
 * @param limit stops a walk that was pointed at the wrong place, such as a whole disk.
 */
export async function walkFiles(
  files: Files,
  folder: string,
  join: (folder: string, name: string) => string,
  accept: (path: string, kind: 'file' | 'folder') => boolean | Promise<boolean>,
  limit: number,
): Promise<string[]> {
  let count = 0;
  async function walk(current: string): Promise<string[]> {
    const found: string[] = [];
    const folders: string[] = [];
    for (const entry of await files.list(current)) {
      const path = join(current, entry.name);
      if (!(await accept(path, entry.kind))) continue;
      if (entry.kind === 'folder') folders.push(path);
      else if (++count <= limit) found.push(path);
    }
    for (let at = 0; at < folders.length && count < limit; at += FOLDERS_AT_ONCE)
      found.push(...(await Promise.all(folders.slice(at, at + FOLDERS_AT_ONCE).map(walk))).flat());
    return found;
  }
  return walk(folder);
}

/** Most of the time of a walk is waiting for the disk. */
const FOLDERS_AT_ONCE = 8;
